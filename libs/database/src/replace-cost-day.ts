import {
  formatUsd,
  parseUsd,
  sumUsd,
  type AllocationPolicy,
  type AttributedCost,
  type Day,
  type DayCosts,
} from '#libs/domain';
import { allocateDay, textOfPolicy } from './allocate-day.js';
import { digestOf } from './digest.js';
import { EmptyResponseError } from './empty-response-error.js';
import { listRestatements, mergeCosts } from './restatements.js';
import { affectedRows, type RunTransaction } from './run-transaction.js';
import type { CostDayReplacement, CostReadingBasis } from './sync-records.js';
import { countChangedDays } from './sync-runs.js';

/** The row of cost_days, but for its key and the run. */
interface CostDayRow {
  readonly account_usd: string;
  readonly cluster_usd: string;
  readonly estimated: boolean;
  readonly basis: string;
  readonly attribution: string;
  readonly policy: string;
  readonly digest: string;
  readonly is_running: boolean;
}

/**
 * Replaces a day's costs: figures with another digest than the stored ones are deleted and inserted whole, with what was
 * restated recorded before. With the same digest one row is updated at most.
 */
export async function replaceCostDay(
  transaction: RunTransaction,
  costs: DayCosts,
  basis: CostReadingBasis,
  policy: AllocationPolicy,
): Promise<CostDayReplacement> {
  const { day } = costs;
  const attributed = mergeCosts(costs.attributed);
  const row: CostDayRow = {
    account_usd: formatUsd(costs.accountUsd),
    cluster_usd: formatUsd(sumUsd(attributed.map(({ amountUsd }) => amountUsd))),
    estimated: costs.estimated,
    basis: basis.costBasis,
    attribution: basis.attributionDigest,
    policy: textOfPolicy(policy),
    digest: digestOf(attributed.map(textsOf)),
    is_running: costs.isRunning ?? false,
  };
  const stored = await findCostDay(transaction, day);
  if (stored && stored.digest !== digestOf([]) && attributed.length === 0) throw new EmptyResponseError(day);
  if (stored && Object.entries(row).every(([column, value]) => stored[column as keyof CostDayRow] === value)) {
    return { changed: false, rowsWritten: 0, restatements: 0 };
  }

  let restatements = 0;
  let rowsWritten = 1;
  const isOther = stored?.digest !== row.digest;
  if (stored && isOther && !stored.is_running) {
    const reason = reasonFor(stored, row);
    restatements = await recordRestatements(transaction, day, attributed, reason);
  }
  await upsertCostDay(transaction, day, row);
  if (isOther) rowsWritten += await replaceAttributedCosts(transaction, day, attributed);
  if (isOther || stored?.policy !== row.policy) rowsWritten += await allocateDay(transaction, day, policy);
  await countChangedDays(transaction, rowsWritten);
  return { changed: true, rowsWritten, restatements };
}

function textsOf({ hub, service, component, instanceType = '', amountUsd }: AttributedCost): string[] {
  return [hub, service, component, instanceType, formatUsd(amountUsd)];
}

/** Why figures may differ from the stored ones: because we ask otherwise, else because AWS restated them. */
function reasonFor(stored: CostDayRow, row: CostDayRow): string {
  if (stored.basis !== row.basis) return 'cost basis';
  return stored.attribution === row.attribution ? 'restated' : 'attribution';
}

async function findCostDay({ queryRunner, cluster }: RunTransaction, day: Day): Promise<CostDayRow | undefined> {
  const [row]: CostDayRow[] = await queryRunner.query(
    `SELECT account_usd, cluster_usd, estimated, basis, attribution, policy, digest, is_running
     FROM cost_days WHERE cluster = $1 AND day = $2`,
    [cluster, day],
  );
  return row;
}

async function upsertCostDay({ queryRunner, cluster, run }: RunTransaction, day: Day, row: CostDayRow): Promise<void> {
  await queryRunner.query(
    `INSERT INTO cost_days
       (cluster, day, run_id, account_usd, cluster_usd, estimated, basis, attribution, policy, digest, is_running)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (cluster, day) DO UPDATE SET run_id = excluded.run_id, account_usd = excluded.account_usd,
       cluster_usd = excluded.cluster_usd, estimated = excluded.estimated, basis = excluded.basis,
       attribution = excluded.attribution, policy = excluded.policy, digest = excluded.digest,
       is_running = excluded.is_running`,
    [
      cluster,
      day,
      run,
      row.account_usd,
      row.cluster_usd,
      row.estimated,
      row.basis,
      row.attribution,
      row.policy,
      row.digest,
      row.is_running,
    ],
  );
}

async function replaceAttributedCosts(
  transaction: RunTransaction,
  day: Day,
  costs: readonly AttributedCost[],
): Promise<number> {
  const { queryRunner, cluster } = transaction;
  await queryRunner.query(`DELETE FROM attributed_costs WHERE cluster = $1 AND day = $2`, [cluster, day]);
  return affectedRows(
    transaction,
    `INSERT INTO attributed_costs (cluster, day, hub, service, component, instance_type, amount_usd)
     SELECT $1, $2::date, hub, service, component, instance_type, amount_usd
     FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[])
       AS read (hub, service, component, instance_type, amount_usd)`,
    [
      cluster,
      day,
      costs.map(({ hub }) => hub),
      costs.map(({ service }) => service),
      costs.map(({ component }) => component),
      costs.map(({ instanceType = '' }) => instanceType),
      costs.map(({ amountUsd }) => formatUsd(amountUsd)),
    ],
  );
}

async function recordRestatements(
  transaction: RunTransaction,
  day: Day,
  after: readonly AttributedCost[],
  reason: string,
): Promise<number> {
  const { queryRunner, cluster, run } = transaction;
  const stored: { hub: string; service: string; component: string; amount_usd: string }[] = await queryRunner.query(
    `SELECT hub, service, component, amount_usd FROM attributed_costs WHERE cluster = $1 AND day = $2`,
    [cluster, day],
  );
  const before = stored.map(({ amount_usd, ...place }) => ({ ...place, amountUsd: parseUsd(amount_usd) }));
  const restatements = listRestatements(before, after);
  if (restatements.length === 0) return 0;
  return affectedRows(
    transaction,
    `INSERT INTO cost_restatements (cluster, day, hub, service, component, before_usd, after_usd, reason, run_id)
     SELECT $1, $2::date, hub, service, component, before_usd, after_usd, $8, $9
     FROM unnest($3::text[], $4::text[], $5::text[], $6::numeric[], $7::numeric[])
       AS found (hub, service, component, before_usd, after_usd)`,
    [
      cluster,
      day,
      restatements.map(({ hub }) => hub),
      restatements.map(({ service }) => service),
      restatements.map(({ component }) => component),
      restatements.map(({ beforeUsd }) => (beforeUsd === undefined ? null : formatUsd(beforeUsd))),
      restatements.map(({ afterUsd }) => (afterUsd === undefined ? null : formatUsd(afterUsd))),
      reason,
      run,
    ],
  );
}

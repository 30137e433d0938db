import { formatUsd, type AllocationPolicy, type DayCosts } from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { affectedRows } from './affected-rows.js';
import { allocateDay, isAllocatedBy } from './allocate-day.js';
import { EmptyAnswerError } from './empty-answer-error.js';
import type { CostDayReplacement, CostReadingBasis, RunId } from './sync-records.js';
import { countChangedDay } from './sync-runs.js';

/** Replaces a day's costs in the caller's transaction, writing only what differs from what is stored. */
export async function replaceCostDay(
  queryRunner: QueryRunner,
  cluster: string,
  run: RunId,
  costs: DayCosts,
  basis: CostReadingBasis,
  policy: AllocationPolicy,
): Promise<CostDayReplacement> {
  const stored = await findStoredDay(queryRunner, cluster, costs.day);
  if (stored?.hasCosts && costs.attributed.length === 0) throw new EmptyAnswerError(costs.day);

  const accountRows = await replaceAccountCost(queryRunner, cluster, run, costs, basis);
  const attributed = await replaceAttributedCosts(queryRunner, cluster, run, costs, stored && reasonFor(stored, basis));
  const isAllocated = attributed.rowsWritten === 0 && (await isAllocatedBy(queryRunner, cluster, costs.day, policy));
  const userRows = isAllocated ? 0 : await allocateDay(queryRunner, cluster, run, costs.day, policy);

  const changed = !isAllocated || accountRows > 0;
  const rowsWritten = accountRows + attributed.rowsWritten + userRows;
  if (changed) await countChangedDay(queryRunner, run, rowsWritten);
  return { changed, rowsWritten, restatements: attributed.restatements };
}

interface StoredDay extends CostReadingBasis {
  readonly hasCosts: boolean;
}

type RestatementReason = 'restated' | 'cost basis' | 'attribution';

/** Why figures may differ from the stored ones: because we ask otherwise, else because AWS restated them. */
function reasonFor(stored: StoredDay, basis: CostReadingBasis): RestatementReason {
  if (stored.costBasis !== basis.costBasis) return 'cost basis';
  return stored.attributionDigest === basis.attributionDigest ? 'restated' : 'attribution';
}

async function findStoredDay(queryRunner: QueryRunner, cluster: string, day: string): Promise<StoredDay | undefined> {
  const [row]: StoredDay[] = await queryRunner.query(
    `SELECT cost_basis AS "costBasis", attribution_digest AS "attributionDigest",
       EXISTS (SELECT FROM attributed_costs WHERE cluster = $1 AND day = $2) AS "hasCosts"
     FROM account_costs WHERE cluster = $1 AND day = $2`,
    [cluster, day],
  );
  return row;
}

/** Two statements instead of one upsert: an upsert locks, and so writes, a row that it leaves as it is. */
async function replaceAccountCost(
  queryRunner: QueryRunner,
  cluster: string,
  run: RunId,
  costs: DayCosts,
  basis: CostReadingBasis,
): Promise<number> {
  const parameters = [
    cluster,
    costs.day,
    run,
    formatUsd(costs.accountUsd),
    costs.estimated,
    basis.costBasis,
    basis.attributionDigest,
  ];
  const inserted = await affectedRows(
    queryRunner,
    `INSERT INTO account_costs (cluster, day, run_id, amount_usd, estimated, cost_basis, attribution_digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (cluster, day) DO NOTHING`,
    parameters,
  );
  if (inserted > 0) return inserted;
  return affectedRows(
    queryRunner,
    `UPDATE account_costs
        SET run_id = $3, amount_usd = $4, estimated = $5, cost_basis = $6, attribution_digest = $7
      WHERE cluster = $1 AND day = $2 AND (amount_usd, estimated, cost_basis, attribution_digest)
        IS DISTINCT FROM ($4::numeric, $5::boolean, $6::text, $7::text)`,
    parameters,
  );
}

/** Rows of the same hub, service and component are summed. Without a reason nothing counts as restated. */
async function replaceAttributedCosts(
  queryRunner: QueryRunner,
  cluster: string,
  run: RunId,
  costs: DayCosts,
  reason: RestatementReason | undefined,
): Promise<{ rowsWritten: number; restatements: number }> {
  const [counts]: { written: string; restated: string }[] = await queryRunner.query(REPLACE_ATTRIBUTED_COSTS, [
    cluster,
    costs.day,
    run,
    costs.attributed.map((cost) => cost.hub),
    costs.attributed.map((cost) => cost.service),
    costs.attributed.map((cost) => cost.component),
    costs.attributed.map((cost) => formatUsd(cost.amountUsd)),
    reason ?? null,
  ]);
  return { rowsWritten: Number(counts!.written), restatements: Number(counts!.restated) };
}

/**
 * A row of 0 USD that comes or goes changes no figure: it is stored, but is no restatement. Stored rows are found again
 * by their place: joined by key, a plan made before the table has statistics compares every row with every other.
 */
const REPLACE_ATTRIBUTED_COSTS = `
  WITH incoming AS (
    SELECT hub, service, component, sum(amount_usd) AS amount_usd
    FROM unnest($4::text[], $5::text[], $6::text[], $7::numeric[]) AS offered (hub, service, component, amount_usd)
    GROUP BY hub, service, component
  ),
  stored AS (
    SELECT hub, service, component, amount_usd, ctid AS place FROM attributed_costs WHERE cluster = $1 AND day = $2
  ),
  difference AS MATERIALIZED (
    SELECT hub, service, component, stored.amount_usd AS before_usd, incoming.amount_usd AS after_usd, place
    FROM stored FULL JOIN incoming USING (hub, service, component)
    WHERE stored.amount_usd IS DISTINCT FROM incoming.amount_usd
  ),
  vanished AS (
    DELETE FROM attributed_costs
    WHERE ctid = ANY (ARRAY(SELECT place FROM difference WHERE after_usd IS NULL))
    RETURNING 1
  ),
  changed AS (
    UPDATE attributed_costs SET amount_usd = difference.after_usd, run_id = $3
    FROM difference
    WHERE attributed_costs.ctid = difference.place AND difference.after_usd IS NOT NULL
    RETURNING 1
  ),
  added AS (
    INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd, run_id)
    SELECT $1, $2, hub, service, component, after_usd, $3 FROM difference WHERE place IS NULL
    RETURNING 1
  ),
  restated AS (
    INSERT INTO cost_restatements (cluster, day, hub, service, component, before_usd, after_usd, reason, run_id)
    SELECT $1, $2, hub, service, component, before_usd, after_usd, $8, $3
    FROM difference
    WHERE $8::text IS NOT NULL AND coalesce(before_usd, 0) <> coalesce(after_usd, 0)
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM vanished) + (SELECT count(*) FROM changed) + (SELECT count(*) FROM added) AS written,
    (SELECT count(*) FROM restated) AS restated`;

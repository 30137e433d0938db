import {
  addDays,
  ALL_HUBS,
  MEMBERSHIPS,
  startOfDay,
  USAGE_RETRY_DAYS,
  USAGE_SETTLE_MS,
  type AllocationPolicy,
  type DatasetReading,
  type Day,
  type UsageDataset,
} from '#libs/domain';
import { reallocateDay, textOfPolicy } from './allocate-day.js';
import { completeReadings, deleteEmptyRecords, listDaysThatFollow } from './complete-readings.js';
import { affectedRows, type RunTransaction } from './run-transaction.js';
import type { UsageDayReplacement, UsageDayStatus } from './sync-records.js';
import { countChangedDays } from './sync-runs.js';
import { rowsOf, replaceRows } from './usage-rows.js';

/**
 * Replaces what was read of a day's usage and memberships. Each (dataset, hub) stands for itself: one with the same digest
 * as stored writes no row, and one that covers less of the day than stored (Prometheus forgets, or was away) replaces
 * nothing.
 */
export async function replaceUsageDay(
  transaction: RunTransaction,
  readings: readonly DatasetReading[],
  readAt: Date,
  policy: AllocationPolicy,
): Promise<UsageDayReplacement> {
  const day = dayOfReadings(readings);
  const complete = await completeReadings(transaction, day, readings, readAt);
  await deleteEmptyRecords(transaction, day, complete);
  const replaced: ReadingReplacement[] = [];
  for (const reading of complete) replaced.push(await replaceReading(transaction, reading, readAt));
  let rowsWritten = replaced.reduce((sum, { rowsWritten: rows }) => sum + rows, 0);
  if (replaced.some(({ isOther }) => isOther) || !(await isAllocatedBy(transaction, day, policy))) {
    rowsWritten += await reallocateDay(transaction, day, policy);
  }
  if (replaced.some(({ isOther, hub }) => isOther && hub !== ALL_HUBS)) {
    for (const later of await listDaysThatFollow(transaction, day)) {
      rowsWritten += await reallocateDay(transaction, later, policy);
    }
  }
  if (rowsWritten > 0) await countChangedDays(transaction, rowsWritten);
  const kept = replaced.filter((reading) => reading.kept).map(({ dataset }) => dataset);
  return { changed: rowsWritten > 0, rowsWritten, kept: [...new Set(kept)] };
}

interface ReadingReplacement {
  readonly dataset: UsageDataset;
  readonly hub: string;
  readonly kept: boolean;
  readonly rowsWritten: number;
  /** Whether user costs follow otherwise from it than from what was stored. */
  readonly isOther: boolean;
}

async function replaceReading(
  transaction: RunTransaction,
  reading: DatasetReading,
  readAt: Date,
): Promise<ReadingReplacement> {
  const { dataset, hub } = reading;
  const stored = await findUsageDay(transaction, reading);
  const coverage = reading.coverage.toFixed(COVERAGE_DIGITS);
  const isMissing = Number(coverage) === 0 && reading.rows.length === 0;
  if (stored && knowsMore(stored, reading, coverage, isMissing)) {
    const rowsWritten = stored.status === 'provisional' ? await settleForgotten(transaction, reading, readAt) : 0;
    return { dataset, hub, kept: true, rowsWritten, isOther: false };
  }
  const rows = rowsOf(reading);
  const mark: UsageDayRow = {
    status: isMissing ? 'missing' : isSettled(reading, readAt) ? 'final' : 'provisional',
    coverage,
    method: reading.measures.join(' '),
    digest: rows.digest,
  };
  if (stored && COMPARED.every((column) => stored[column] === mark[column])) {
    return { dataset, hub, kept: false, rowsWritten: 0, isOther: false };
  }
  const hasOtherRows = stored?.digest !== mark.digest;
  const rowsWritten = hasOtherRows ? await replaceRows(transaction, reading, rows, stored?.method ?? '') : 0;
  await upsertUsageDay(transaction, reading, mark, readAt);
  const isOther = hasOtherRows || (stored?.status === 'missing') !== isMissing;
  return { dataset, hub, kept: false, rowsWritten: rowsWritten + 1, isOther };
}

/** As usage_days stores coverage. */
const COVERAGE_DIGITS = 4;

interface UsageDayRow {
  readonly status: UsageDayStatus;
  readonly coverage: string;
  readonly method: string;
  readonly digest: string;
}
const COMPARED = ['status', 'coverage', 'method', 'digest'] as const satisfies (keyof UsageDayRow)[];

async function findUsageDay(
  { queryRunner, cluster }: RunTransaction,
  { day, dataset, hub }: DatasetReading,
): Promise<UsageDayRow | undefined> {
  const [row]: UsageDayRow[] = await queryRunner.query(
    `SELECT status, coverage, method, digest FROM usage_days
     WHERE cluster = $1 AND day = $2 AND dataset = $3 AND hub = $4`,
    [cluster, day, dataset, hub],
  );
  return row;
}

/** Whether the stored reading covers more of the day, or as much and has the measure that divides costs best, its first. */
function knowsMore(stored: UsageDayRow, { measures }: DatasetReading, coverage: string, isMissing: boolean): boolean {
  const [best = ''] = stored.method.split(' ');
  const lacksBest = stored.status !== 'missing' && best !== '' && !measures.includes(best);
  return (
    Number(coverage) < Number(stored.coverage) ||
    (Number(coverage) === Number(stored.coverage) && lacksBest) ||
    (isMissing && stored.status !== 'missing')
  );
}

async function upsertUsageDay(
  { queryRunner, cluster, run }: RunTransaction,
  { day, dataset, hub }: DatasetReading,
  { status, coverage, method, digest }: UsageDayRow,
  readAt: Date,
): Promise<void> {
  const of = hub === ALL_HUBS ? '' : ` of hub ${hub}`;
  const detail = status === 'missing' ? `Prometheus holds no ${dataset} samples${of} of this day` : null;
  await queryRunner.query(
    `INSERT INTO usage_days (cluster, day, dataset, hub, status, coverage, detail, read_at, method, digest, run_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (cluster, day, dataset, hub) DO UPDATE SET status = excluded.status, coverage = excluded.coverage,
       detail = excluded.detail, read_at = excluded.read_at, method = excluded.method, digest = excluded.digest,
       run_id = excluded.run_id`,
    [cluster, day, dataset, hub, status, coverage, detail, readAt, method, digest, run],
  );
}

/**
 * Calls a day final that Prometheus has begun to forget, once it is no longer likely to learn more of it: the day would
 * be read at every run, for ever. What is stored of it stays.
 */
async function settleForgotten(
  transaction: RunTransaction,
  { day, dataset, hub }: DatasetReading,
  readAt: Date,
): Promise<number> {
  if (!isPastRetry(day, readAt)) return 0;
  return affectedRows(
    transaction,
    `UPDATE usage_days SET run_id = $5, status = 'final', read_at = $6
     WHERE cluster = $1 AND day = $2 AND dataset = $3 AND hub = $4`,
    [transaction.cluster, day, dataset, hub, transaction.run, readAt],
  );
}

/** Without any sample of the day itself, only with sizes that last, as long after it as what is missing is requested again. */
function isSettled({ day, coverage }: DatasetReading, readAt: Date): boolean {
  if (coverage === 0) return isPastRetry(day, readAt);
  return readAt.getTime() >= startOfDay(addDays(day, 1)).getTime() + USAGE_SETTLE_MS;
}

function isPastRetry(day: Day, readAt: Date): boolean {
  return readAt >= startOfDay(addDays(day, 1 + USAGE_RETRY_DAYS));
}

/** Whether the day's user costs were derived by this policy; a day without costs has none to derive. */
async function isAllocatedBy(
  { queryRunner, cluster }: RunTransaction,
  day: Day,
  policy: AllocationPolicy,
): Promise<boolean> {
  const other: unknown[] = await queryRunner.query(
    `SELECT FROM cost_days WHERE cluster = $1 AND day = $2 AND policy <> $3`,
    [cluster, day, textOfPolicy(policy)],
  );
  return other.length === 0;
}

/** @throws RangeError when the readings are none, are of different days, or of the same dataset and hub twice. */
function dayOfReadings(readings: readonly DatasetReading[]): Day {
  const [first] = readings;
  if (!first) throw new RangeError('no reading at all');
  if (readings.some(({ day }) => day !== first.day)) throw new RangeError('readings of several days');
  const subjects = new Set(readings.map(({ dataset, hub }) => JSON.stringify([dataset, hub])));
  if (subjects.size < readings.length) throw new RangeError('two readings of the same dataset and hub');
  if (readings.some(({ dataset, measures }) => (dataset === MEMBERSHIPS) !== (measures.length === 0))) {
    throw new RangeError('a reading of usage names its measures, and one of memberships has none');
  }
  return first.day;
}

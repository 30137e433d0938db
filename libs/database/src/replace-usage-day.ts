import {
  addDays,
  startOfDay,
  USAGE_RETRY_DAYS,
  USAGE_SETTLE_MS,
  type AllocationPolicy,
  type DatasetReading,
  type Day,
  type GroupMembership,
  type UsageDataset,
  type UserUsage,
} from '#libs/domain';
import type { QueryRunner } from 'typeorm';
import { affectedRows } from './affected-rows.js';
import { allocateDay, isAllocatedBy } from './allocate-day.js';
import { deriveGroupCosts, forgetWeekOf } from './derived-sums.js';
import type { RunId, UsageDayReplacement, UsageDayStatus } from './sync-records.js';
import { countChangedDay } from './sync-runs.js';
import { replaceMemberships, replaceUserUsage } from './usage-rows.js';

/** What Prometheus said of one day; a dataset that was not asked for is absent, and stays as it is stored. */
export interface UsageDayReadings {
  readonly compute?: DatasetReading<UserUsage>;
  readonly homeStorage?: DatasetReading<UserUsage>;
  readonly memberships?: DatasetReading<GroupMembership>;
}

/** Where a reading is stored: which cluster, and by which run, read when. */
interface Destination {
  readonly cluster: string;
  readonly run: RunId;
  readonly readAt: Date;
}

/**
 * Replaces a day's usage and memberships in the caller's transaction, writing only what differs. Each dataset stands
 * for itself: one that covers less of the day than the stored one (Prometheus forgets, or was away) replaces no rows.
 */
export async function replaceUsageDay(
  queryRunner: QueryRunner,
  cluster: string,
  run: RunId,
  readings: UsageDayReadings,
  readAt: Date,
  policy: AllocationPolicy,
): Promise<UsageDayReplacement> {
  const day = dayOfReadings(readings);
  const to = { cluster, run, readAt };
  const usageRows: DatasetReplacement[] = [];
  for (const reading of [readings.compute, readings.homeStorage]) {
    if (reading) usageRows.push(await replaceDataset(queryRunner, to, reading, replaceUserUsage));
  }
  const replaced = [...usageRows];
  if (readings.memberships) {
    replaced.push(await replaceDataset(queryRunner, to, readings.memberships, replaceMemberships));
  }
  const isAllocated =
    usageRows.every((dataset) => dataset.rows === 0) && (await isAllocatedBy(queryRunner, cluster, day, policy));
  const userRows = isAllocated ? 0 : await allocateDay(queryRunner, cluster, run, day, policy);
  const regrouped = replaced.some(({ dataset, rows, marks }) => dataset === 'memberships' && rows + marks > 0);
  if (isAllocated && regrouped) {
    await forgetWeekOf(queryRunner, cluster, day);
    await deriveGroupCosts(queryRunner, cluster, day);
  }

  const rowsWritten = replaced.reduce((sum, dataset) => sum + dataset.rows + dataset.marks, userRows);
  if (rowsWritten > 0) await countChangedDay(queryRunner, run, rowsWritten);
  return {
    changed: rowsWritten > 0,
    rowsWritten,
    kept: replaced.filter((dataset) => dataset.kept).map((dataset) => dataset.dataset),
  };
}

interface DatasetReplacement {
  readonly dataset: UsageDataset;
  readonly kept: boolean;
  /** Rows of the dataset that were written, and of usage_days. */
  readonly rows: number;
  readonly marks: number;
}

async function replaceDataset<Row>(
  queryRunner: QueryRunner,
  to: Destination,
  reading: DatasetReading<Row>,
  replaceRows: (queryRunner: QueryRunner, to: Destination, reading: DatasetReading<Row>) => Promise<number>,
): Promise<DatasetReplacement> {
  const { dataset, day } = reading;
  const [stored]: StoredDataset[] = await queryRunner.query(
    `SELECT coverage, status FROM usage_days WHERE cluster = $1 AND day = $2 AND dataset = $3`,
    [to.cluster, day, dataset],
  );
  const coverage = reading.coverage.toFixed(COVERAGE_DIGITS);
  const isMissing = Number(coverage) === 0 && reading.rows.length === 0;
  if (stored && knowsMore(stored, coverage, isMissing)) {
    const marks = stored.status === 'provisional' ? await settleForgotten(queryRunner, to, reading) : 0;
    return { dataset, kept: true, rows: 0, marks };
  }
  const rows = await replaceRows(queryRunner, to, reading);
  const marks = await markDataset(queryRunner, to, reading, { coverage, isMissing, rowsChanged: rows > 0 });
  return { dataset, kept: false, rows, marks };
}

/** As usage_days stores coverage. */
const COVERAGE_DIGITS = 4;

interface StoredDataset {
  readonly coverage: string;
  readonly status: UsageDayStatus;
}

function knowsMore(stored: StoredDataset, coverage: string, isMissing: boolean): boolean {
  return Number(coverage) < Number(stored.coverage) || (isMissing && stored.status !== 'missing');
}

/** Records what was read. A reading that repeats the stored one, rows and all, leaves the mark as it is. */
async function markDataset(
  queryRunner: QueryRunner,
  to: Destination,
  reading: DatasetReading<unknown>,
  { coverage, isMissing, rowsChanged }: { coverage: string; isMissing: boolean; rowsChanged: boolean },
): Promise<number> {
  const status: UsageDayStatus = isMissing ? 'missing' : isSettled(reading.day, to.readAt) ? 'final' : 'provisional';
  const detail = isMissing ? `Prometheus holds no ${reading.dataset} samples of this day` : null;
  const parameters = [to.cluster, reading.day, reading.dataset, to.run, status, coverage, detail, to.readAt];
  const inserted = await affectedRows(
    queryRunner,
    `INSERT INTO usage_days (cluster, day, dataset, run_id, status, coverage, detail, read_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (cluster, day, dataset) DO NOTHING`,
    parameters,
  );
  if (inserted > 0) return inserted;
  return affectedRows(
    queryRunner,
    `UPDATE usage_days SET run_id = $4, status = $5, coverage = $6, detail = $7, read_at = $8
      WHERE cluster = $1 AND day = $2 AND dataset = $3
        AND ($9::boolean OR (status, coverage, detail) IS DISTINCT FROM ($5::text, $6::numeric, $7::text))`,
    [...parameters, rowsChanged],
  );
}

/**
 * Calls a day final that Prometheus has begun to forget, once it is no longer likely to learn more of it: the day would
 * be asked for at every run, for ever. What is stored of it stays.
 */
async function settleForgotten(
  queryRunner: QueryRunner,
  to: Destination,
  { day, dataset }: DatasetReading<unknown>,
): Promise<number> {
  if (to.readAt < startOfDay(addDays(day, 1 + USAGE_RETRY_DAYS))) return 0;
  return affectedRows(
    queryRunner,
    `UPDATE usage_days SET run_id = $4, status = 'final', read_at = $5
      WHERE cluster = $1 AND day = $2 AND dataset = $3`,
    [to.cluster, day, dataset, to.run, to.readAt],
  );
}

function isSettled(day: Day, readAt: Date): boolean {
  return readAt.getTime() >= startOfDay(addDays(day, 1)).getTime() + USAGE_SETTLE_MS;
}

/** @throws RangeError when the readings are none, are of different days, or stand in each other's place. */
function dayOfReadings({ compute, homeStorage, memberships }: UsageDayReadings): Day {
  const offered = { compute, 'home storage': homeStorage, memberships };
  for (const [dataset, reading] of Object.entries(offered)) {
    if (reading && reading.dataset !== dataset) {
      throw new RangeError('each reading has to be of the dataset that it is offered as');
    }
  }
  const days = new Set(Object.values(offered).flatMap((reading) => reading?.day ?? []));
  const [day] = days;
  if (day === undefined) throw new RangeError('no reading at all');
  if (days.size > 1) throw new RangeError(`readings of several days: ${[...days].join(', ')}`);
  return day;
}

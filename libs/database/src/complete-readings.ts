import { ALL_HUBS, HUB_EXPECTED_DAYS, startOfDay, addDays, type DatasetReading, type Day } from '#libs/domain';
import type { RunTransaction } from './run-transaction.js';

/**
 * The readings of a day, with an empty one for each hub that is expected and not among them: a hub that had samples of the
 * dataset in the seven days before, or of which the day itself has a record. A reading of nothing for all hubs gives way
 * to those. While the day still runs nobody is expected: an exporter may be scraped in an hour.
 */
export async function completeReadings(
  { queryRunner, cluster }: RunTransaction,
  day: Day,
  readings: readonly DatasetReading[],
  readAt: Date,
): Promise<DatasetReading[]> {
  if (readAt < startOfDay(addDays(day, 1))) return [...readings];
  const known: { dataset: string; hub: string }[] = await queryRunner.query(
    `SELECT DISTINCT dataset, hub FROM usage_days
     WHERE cluster = $1 AND dataset = ANY ($3) AND hub <> ''
       AND (day = $2::date OR (day < $2::date AND day >= $2::date - $4::integer AND coverage > 0))`,
    [cluster, day, readings.map(({ dataset }) => dataset), HUB_EXPECTED_DAYS],
  );
  const datasets = new Set(readings.map(({ dataset }) => dataset));
  return [...datasets].flatMap((dataset) => {
    const offered = readings.filter((reading) => reading.dataset === dataset);
    const first = offered[0]!;
    // One reading of all hubs together leaves none out.
    if (first.hub === ALL_HUBS && !isEmpty(first)) return offered;
    const hubs = new Set(offered.map(({ hub }) => hub));
    const expected = known.filter((one) => one.dataset === dataset && !hubs.has(one.hub));
    if (expected.length === 0) return offered;
    const missed = expected.map(({ hub }) => ({ ...first, hub, coverage: 0, rows: [] }));
    return [...offered.filter(({ hub }) => hub !== ALL_HUBS), ...missed];
  });
}

function isEmpty({ coverage, rows }: DatasetReading): boolean {
  return coverage === 0 && rows.length === 0;
}

/** Once hubs are known one by one, that nothing is known of all of them is no longer true. */
export async function deleteEmptyRecords(
  { queryRunner, cluster }: RunTransaction,
  day: Day,
  readings: readonly DatasetReading[],
): Promise<void> {
  const perHub = readings.filter(({ hub }) => hub !== ALL_HUBS).map(({ dataset }) => dataset);
  if (perHub.length === 0) return;
  await queryRunner.query(
    `DELETE FROM usage_days
     WHERE cluster = $1 AND day = $2 AND dataset = ANY ($3) AND hub = '' AND status = 'missing'`,
    [cluster, day, [...new Set(perHub)]],
  );
}

/** Later days on which a hub was missed: there it weighs what it used on its last read day, which may be this one. */
export async function listDaysThatFollow({ queryRunner, cluster }: RunTransaction, day: Day): Promise<Day[]> {
  const rows: { day: Day }[] = await queryRunner.query(
    `SELECT DISTINCT day FROM usage_days
     WHERE cluster = $1 AND day > $2::date AND day <= $2::date + $3::integer AND status = 'missing' AND hub <> ''
     ORDER BY day`,
    [cluster, day, HUB_EXPECTED_DAYS],
  );
  return rows.map((row) => row.day);
}

/** The days of the range: a part of a day in it is the whole day. A query about days reads no others. */
export const FIRST_DAY = '$__timeFrom()::date';
export const LAST_DAY = '$__timeTo()::date';

/** Condition on a point in time: on one of the days of the range, in UTC, wherever the server is. */
export function onDaysOfRange(column: string): string {
  return `${column} >= ${FIRST_DAY}::timestamp AT TIME ZONE 'UTC' AND ${column} < (${LAST_DAY} + 1)::timestamp AT TIME ZONE 'UTC'`;
}

/** By day up to so many days, by week up to so many. */
const DAILY_UP_TO = 45;
const WEEKLY_UP_TO = 190;

/** The step that is picked, or that suits the range; whatever else stands in the address is a day. */
const STEP = `CASE \${step:sqlstring} WHEN 'day' THEN 'day' WHEN 'week' THEN 'week' WHEN 'month' THEN 'month' ELSE
  CASE WHEN ${LAST_DAY} - ${FIRST_DAY} < ${DAILY_UP_TO} THEN 'day' WHEN ${LAST_DAY} - ${FIRST_DAY} < ${WEEKLY_UP_TO} THEN 'week' ELSE 'month' END END`;

/** The first day of the day's step: the day itself, its Monday, or the first of its month. */
export function stepOf(day: string): string {
  return `date_trunc(${STEP}, ${day}::timestamp)`;
}

/**
 * Where a step is drawn: a day at noon, a week on its Thursday at noon, a month on its 16th, and within the range, so that
 * hovering names a day of the step and the step is seen at all when the range has only a part of it.
 */
export function stampOf(step: string): string {
  return `least(greatest(${step} + ('1 ' || ${STEP})::interval / 2, $__timeFrom()::timestamp), $__timeTo()::timestamp)`;
}

/** `time` and a sum per column, one row per step, also for steps of which there is nothing: a line breaks there. */
export function byStep(days: string, columns: Readonly<Record<string, string>>): string {
  const listed = Object.entries(columns).map(([name, sum]) => `${sum} AS "${name}"`);
  return `
SELECT ${stampOf('step')} AS "time",
       ${listed.join(',\n       ')}
FROM (
  SELECT ${stepOf('all_days.day')} AS step, count(days.day) OVER () AS stored, days.*
  FROM generate_series(${FIRST_DAY}::timestamp, ${LAST_DAY}::timestamp, interval '1 day') AS all_days (day)
  LEFT JOIN (${days}
  ) AS days ON days.day = all_days.day::date
) AS steps
WHERE stored > 0
GROUP BY step
ORDER BY step`;
}

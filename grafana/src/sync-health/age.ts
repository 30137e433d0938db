import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { COSTS } from '../datasources.js';
import { allSeries, byThreshold, figures, dailyLines, SHARE, table } from '../panels.js';
import { IN_CLUSTER, SqlQuery } from '../sql.js';

const HOUR_SECONDS = 3600;

/** Three runs a day are usual: one missed is worth a look, a whole day without any is a fault. */
const SYNC_AGE = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
  { color: 'green', value: null },
  { color: 'orange', value: 12 * HOUR_SECONDS },
  { color: 'red', value: 30 * HOUR_SECONDS },
]);

export const ageOfSync = () =>
  figures(
    {
      title: 'Time since the last good run',
      description:
        'Per source, whatever the range. Orange from 12 hours, red from 30: with the usual three runs a day that is more than a day without any.',
    },
    `
SELECT source AS "Source",
       extract(epoch FROM now() - last_success_at)::double precision AS "Age"
FROM reporting.sync_status
WHERE ${IN_CLUSTER}
ORDER BY source`,
  )
    .reduceOptions(new ReduceDataOptionsBuilder().values(true).calcs([]).fields('/^Age$/'))
    .unit('s')
    .decimals(1)
    .noValue('never')
    .colorScheme(byThreshold())
    .thresholds(SYNC_AGE)
    .span(12)
    .height(6);

export const newestDay = () =>
  table(
    {
      title: 'Newest day',
      description:
        'The newest day of each kind of data, whatever the range, and how many days behind it is. AWS completes a day over the two that follow; usage is final two hours after the end of the day.',
    },
    `
SELECT dataset AS "Data", to_char(newest, 'YYYY-MM-DD') AS "Newest day",
       (now() AT TIME ZONE 'UTC')::date - newest AS "Days behind"
FROM (
  SELECT 'costs' AS dataset, max(day) AS newest
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND name = 'account'
  UNION ALL
  SELECT 'costs, no longer estimated', max(day)
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND name = 'account' AND NOT estimated
  UNION ALL
  SELECT dataset || ', ' || status, max(day)
  FROM reporting.usage_days
  WHERE ${IN_CLUSTER} AND status <> 'missing'
  GROUP BY dataset, status
) AS days
ORDER BY dataset`,
  )
    .span(12)
    .height(6);

const STATUS_COLOURS: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: {
      final: { color: 'green', index: 0 },
      provisional: { color: 'yellow', index: 1 },
      missing: { color: 'red', index: 2 },
    },
  },
];

/** With a row for every day: where one is missing, the state of the day before would reach over it. */
export const usageByDay = () =>
  new StateTimelineBuilder()
    .title('Usage read, by day')
    .description(
      'Final: the day will not be read again. Provisional: it will. Missing: Prometheus had nothing; its cost stays unallocated. Empty: not read yet.',
    )
    .datasource(COSTS)
    .withTarget(
      new SqlQuery(
        `
SELECT days.day AS "time",
       max(status) FILTER (WHERE dataset = 'compute') AS "compute",
       max(status) FILTER (WHERE dataset = 'home storage') AS "home storage",
       max(status) FILTER (WHERE dataset = 'memberships') AS "memberships"
FROM generate_series($__timeFrom()::date::timestamp, $__timeTo()::date, interval '1 day') AS days (day)
LEFT JOIN reporting.usage_days ON ${IN_CLUSTER} AND usage_days.day = days.day::date
WHERE EXISTS (SELECT FROM reporting.clusters WHERE ${IN_CLUSTER})
GROUP BY days.day
ORDER BY days.day`,
        'table',
      ),
    )
    .mappings(STATUS_COLOURS)
    .colorScheme(byThreshold())
    .tooltip(allSeries())
    .span(12)
    .height(8);

export const coverageByDay = () =>
  dailyLines(
    {
      title: 'Coverage of usage, by day',
      description:
        'For which part of each day Prometheus holds samples. Users of the hours that are missing bear too little of the day.',
    },
    `
SELECT day AS "time", concat_ws(', ', dataset, nullif(hub, '')) AS metric, coverage AS value
FROM reporting.usage_days
WHERE ${IN_CLUSTER} AND $__timeFilter(day)
ORDER BY day, metric`,
    ['min', 'mean'],
  )
    .unit(SHARE)
    .height(8);

export const gapsOfUsage = () =>
  table(
    {
      title: 'Hubs whose usage was not read',
      description:
        'Days on which an exporter told nothing or too little. Missing: the cost of the hub stays unallocated, reason usage not read. No sample of the day, and no more than part of it: the sizes that were last seen, and what was seen.',
    },
    `
SELECT to_char(day, 'YYYY-MM-DD') AS "Day", dataset AS "Data", coalesce(nullif(hub, ''), 'all hubs') AS "Hub",
       status AS "Status", coverage::double precision AS "Coverage", read_at AS "Read"
FROM reporting.usage_days
WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND day < (now() AT TIME ZONE 'UTC')::date
  AND (status = 'missing' OR coverage = 0 OR (status = 'final' AND coverage < 0.99))
ORDER BY day DESC, dataset, hub`,
  )
    .span(24)
    .height(8);

export const computeFallbacks = () =>
  table(
    {
      title: 'Days whose compute is divided by memory requests',
      description:
        'Prometheus lacked instance types or allocatable of nodes, or the days were read before node shares were. Start kube-state-metrics with --metric-labels-allowlist=nodes=[*]; days that Prometheus still remembers can be read again with --backfill.',
    },
    `
SELECT to_char(day, 'YYYY-MM-DD') AS "Day", method AS "Divided by", coverage::double precision AS "Coverage",
       read_at AS "Read"
FROM reporting.usage_days
WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND is_fallback
ORDER BY day DESC`,
  )
    .span(24)
    .height(6);

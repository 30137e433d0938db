import { operations } from '../links.js';
import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { DATASETS } from '#libs/prometheus/measures';
import { COSTS } from '../datasources.js';
import { SHARE } from '../money.js';
import { allSeries, byThreshold, SHORT, table } from '../panels.js';
import { IN_CLUSTER, SqlQuery } from '../sql.js';

const HOUR_SECONDS = 3600;

/** Three runs a day are usual: one missed is worth a look, a whole day without any is a fault. */
const SYNC_AGE = new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
  { color: 'green', value: null },
  { color: 'orange', value: 12 * HOUR_SECONDS },
  { color: 'red', value: 30 * HOUR_SECONDS },
]);

export const ageOfSync = () =>
  new StatBuilder()
    .title('Time since the last good run')
    .description(
      'Per source, whatever the range. Orange from 12 hours, red from 30: with the usual three runs a day that is more than a day without any.',
    )
    .datasource(COSTS)
    .withTarget(
      new SqlQuery(
        `
SELECT source AS "Source",
       extract(epoch FROM now() - last_success_at)::double precision AS "Age"
FROM reporting.sync_status
WHERE ${IN_CLUSTER} AND source <> 'budgets'
ORDER BY source`,
        'table',
      ),
    )
    .reduceOptions(new ReduceDataOptionsBuilder().values(true).calcs([]).fields('/^Age$/'))
    .unit('s')
    .decimals(1)
    .noValue('never')
    .colorScheme(byThreshold())
    .thresholds(SYNC_AGE)
    .span(10)
    .height(7)
    .links([operations('when-it-fails')]);

export const newestDay = () =>
  table(
    {
      title: 'Newest day',
      description:
        'The newest day of each kind of data, whatever the range, and how many days behind it is. AWS completes a day over the two that follow; usage is final two hours after the end of the day.',
    },
    `
SELECT to_char(newest, 'YYYY-MM-DD') AS "Newest day", (now() AT TIME ZONE 'UTC')::date - newest AS "Days behind", dataset AS "Data"
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
    { 'Newest day': { width: 120 }, 'Days behind': { width: 110 } },
  )
    .span(14)
    .height(7)
    .links([operations('is-it-well')]);

const STATES: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: {
      final: { color: 'green', index: 0 },
      provisional: { color: 'blue', index: 1 },
      partial: { color: 'yellow', index: 2 },
      missing: { color: 'red', index: 3 },
      'not read': { color: 'transparent', index: 4 },
    },
  },
];

/** Of all hubs of a dataset, the worst. */
const stateOf = (dataset: string) => `coalesce(
         max('missing') FILTER (WHERE dataset = '${dataset}' AND status = 'missing'),
         max('provisional') FILTER (WHERE dataset = '${dataset}' AND status = 'provisional'),
         max('partial') FILTER (WHERE dataset = '${dataset}' AND coverage < 0.99),
         max('final') FILTER (WHERE dataset = '${dataset}'), 'not read') AS "${dataset}"`;

/** Stamped at midnight: a state lasts until the next one, so that each covers its day. A day that was not read has one, too. */
export const usageByDay = (datasets = DATASETS) =>
  new StateTimelineBuilder()
    .title('Usage read, by day')
    .description(
      'The worst of all hubs. Final: all of the day was read, and it will not be read again. Provisional: it will. Partial: Prometheus held samples of less than 99 % of the day, so users of the other hours bear too little. Missing: it had nothing; the cost stays unallocated.',
    )
    .noValue('Usage was never read for this cluster')
    .datasource(COSTS)
    .withTarget(
      new SqlQuery(
        `
SELECT days.day AS "time",
       ${datasets.map(stateOf).join(',\n       ')}
FROM generate_series($__timeFrom()::date::timestamp, $__timeTo()::date, interval '1 day') AS days (day)
LEFT JOIN (SELECT * FROM reporting.usage_days WHERE ${IN_CLUSTER}) usage_days ON usage_days.day = days.day::date
WHERE EXISTS (SELECT FROM reporting.clusters WHERE ${IN_CLUSTER})
GROUP BY days.day
ORDER BY days.day`,
        'table',
      ),
    )
    .mappings(STATES)
    .colorScheme(byThreshold())
    .tooltip(allSeries())
    .span(24)
    .height(7)
    .links([operations('prometheus')]);

export const gapsOfUsage = () =>
  table(
    {
      title: 'Hubs whose usage was not read',
      description:
        'Days on which an exporter told nothing or too little. Missing: the cost of the hub stays unallocated, reason usage not read. No sample of the day, and no more than part of it: the sizes that were last seen, and what was seen.',
      empty: 'All usage of this range was read, or no day of it is stored yet',
    },
    `
SELECT to_char(day, 'YYYY-MM-DD') AS "Day", dataset AS "Data", coalesce(nullif(hub, ''), 'all hubs') AS "Hub",
       status AS "Status", coverage::double precision AS "Coverage", detail AS "Why", read_at AS "Read"
FROM reporting.usage_days
WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND day < (now() AT TIME ZONE 'UTC')::date
  AND (status = 'missing' OR coverage = 0 OR (status = 'final' AND coverage < 0.99))
ORDER BY day DESC, dataset, hub`,
    {
      Day: SHORT,
      Data: { width: 130 },
      Hub: { width: 130 },
      Status: SHORT,
      Coverage: { unit: SHARE, decimals: 1, width: 90 },
      Why: { wrap: true },
      Read: { width: 170 },
    },
  )
    .span(24)
    .height(8)
    .links([operations('prometheus')]);

export const computeFallbacks = () =>
  table(
    {
      title: 'Days whose compute is divided by memory requests',
      description:
        'Prometheus lacked instance types or allocatable of nodes, or the days were read before node shares were. Start kube-state-metrics with --metric-labels-allowlist=nodes=[*]; days that Prometheus still remembers can be read again with --backfill.',
      empty: 'No day of this range: compute is divided by node shares',
    },
    `
SELECT to_char(day, 'YYYY-MM-DD') AS "Day", method AS "Divided by", coverage::double precision AS "Coverage",
       read_at AS "Read"
FROM reporting.usage_days
WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND is_fallback
ORDER BY day DESC`,
    { Day: SHORT, Coverage: { unit: SHARE, decimals: 1, width: 90 }, Read: { width: 170 } },
  )
    .span(24)
    .height(6)
    .links([operations('prometheus')]);

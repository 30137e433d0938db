import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { TableCellDisplayMode, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import { dailyBars, lines, table, USD } from '../panels.js';
import { IN_CLUSTER } from '../sql.js';

export const runs = () =>
  table(
    {
      title: 'Runs',
      description:
        'Every run that started in the range, the newest first: which days it read, how long it took, the Cost Explorer requests it paid for, what changed, and why it failed.',
    },
    `
SELECT started_at AS "Started", source AS "Source", trigger AS "Trigger", status AS "Status",
       to_char(window_from, 'YYYY-MM-DD') AS "From", to_char(window_until - 1, 'YYYY-MM-DD') AS "To",
       duration_seconds AS "Duration", requests AS "Requests", requests_usd AS "Spent",
       days_changed AS "Days changed", rows_written AS "Rows written", error AS "Error"
FROM reporting.sync_runs
WHERE ${IN_CLUSTER} AND $__timeFilter(started_at)
ORDER BY started_at DESC, id DESC
LIMIT 500`,
    { Duration: 's', Spent: USD },
  ).overrideByName('Status', [
    { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
    {
      id: 'mappings',
      value: [
        {
          type: MappingType.ValueToText,
          options: {
            succeeded: { color: 'green', index: 0 },
            running: { color: 'blue', index: 1 },
            failed: { color: 'red', index: 2 },
          },
        },
      ],
    },
  ]);

export const durations = () =>
  lines(
    { title: 'Duration of runs', description: 'Of runs that ended, by source and outcome, at the time they started.' },
    `
SELECT started_at AS "time", source || ', ' || status AS metric, max(duration_seconds) AS value
FROM reporting.sync_runs
WHERE ${IN_CLUSTER} AND $__timeFilter(started_at) AND status <> 'running'
GROUP BY 1, 2
ORDER BY 1, 2`,
    ['mean', 'max'],
  )
    .unit('s')
    .showPoints(VisibilityMode.Always);

export const spentByDay = () =>
  dailyBars(
    {
      title: 'Spent on Cost Explorer requests, by day',
      description:
        'Each request costs $0.01, and so does each further page of an answer. Three runs of six requests a day are $0.18.',
    },
    `
SELECT $__timeGroup(started_at, '1d') AS "time", trigger AS metric, sum(requests_usd) AS value
FROM reporting.sync_runs
WHERE ${IN_CLUSTER} AND $__timeFilter(started_at) AND source = 'cost-explorer'
GROUP BY 1, 2
ORDER BY 1, 2`,
  );

import { operations } from '../links.js';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { TableCellDisplayMode, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import { AMOUNT, lines, stackedBars, table } from '../panels.js';
import { IN_CLUSTER } from '../sql.js';
import { onDaysOfRange } from '../step.js';

const NO_RUN = 'No run of the sync started in this range';
const STARTED = `${IN_CLUSTER} AND ${onDaysOfRange('started_at')}`;

export const runs = () =>
  table(
    {
      title: 'Runs',
      description:
        'Every run that started in the range, the newest first: which days it read, how long it took, the Cost Explorer requests it paid for, what changed, and why it failed; the row All is the total.',
      empty: NO_RUN,
    },
    `
SELECT started_at AS "Started", source AS "Source", status AS "Status", error AS "Error",
       to_char(window_from, 'YYYY-MM-DD') AS "From", to_char(window_until - 1, 'YYYY-MM-DD') AS "To",
       days_changed AS "Days changed", duration_seconds AS "Duration", requests AS "Requests", requests_usd AS "Spent",
       rows_written AS "Rows", trigger AS "Trigger"
FROM (
  SELECT id, started_at, source, status, error, window_from, window_until, days_changed, duration_seconds, requests, requests_usd, rows_written, trigger
  FROM reporting.sync_runs
  WHERE ${STARTED}
  UNION ALL
  SELECT NULL, NULL, 'All', NULL, count(*) FILTER (WHERE status = 'failed') || ' failed', NULL, NULL,
         sum(days_changed), sum(duration_seconds), sum(requests), sum(requests_usd), sum(rows_written), NULL
  FROM reporting.sync_runs
  WHERE ${STARTED}
  HAVING count(*) > 0
) AS runs
ORDER BY id IS NOT NULL, started_at DESC, id DESC
LIMIT 501`,
    {
      Started: { width: 160 },
      Source: { width: 110 },
      Status: { width: 95 },
      Error: { wrap: true },
      From: { width: 95 },
      To: { width: 95 },
      'Days changed': { width: 110 },
      Duration: { unit: 's', decimals: 1, width: 85 },
      Requests: { width: 85 },
      Spent: { ...AMOUNT, width: 75 },
      Rows: { width: 80 },
      Trigger: { width: 85 },
    },
  )
    .overrideByName('Status', [
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
    ])
    .links([operations('when-it-fails')]);

export const durations = () =>
  lines(
    {
      title: 'Duration of runs',
      description: 'Of runs that ended, by source and outcome, at the time they started.',
      empty: NO_RUN,
    },
    `
SELECT started_at AS "time", source || ', ' || status AS metric, max(duration_seconds) AS value
FROM reporting.sync_runs
WHERE ${STARTED} AND status <> 'running'
GROUP BY 1, 2
ORDER BY 1, 2`,
    ['mean', 'max'],
  )
    .unit('s')
    .showPoints(VisibilityMode.Always);

export const spentByStep = () =>
  stackedBars(
    {
      title: 'Spent on Cost Explorer requests',
      description:
        'Each request costs $0.01, and so does each further page of an answer. Three runs of six requests a day are $0.18.',
      empty: NO_RUN,
    },
    `
  SELECT (started_at AT TIME ZONE 'UTC')::date AS day, trigger AS metric, requests_usd AS value
  FROM reporting.sync_runs
  WHERE ${STARTED} AND source = 'cost-explorer'`,
  );

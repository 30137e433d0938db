import { operations } from '../links.js';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { figures, table } from '../panels.js';
import { IN_CLUSTER } from '../sql.js';

/** As in /health: three runs a day are usual, so that is more than a day without a good one. */
const TOO_OLD = "interval '30 hours'";

/** What is wrong now, with what to do: state, remedy, and where the documentation says more. */
export const isItWell = () =>
  table(
    {
      title: 'Is it well?',
      description:
        'All well, or what is wrong and what to do about it, whatever the range: runs that failed or are too old, and usage of the last two days that was not read. Operations says more.',
      empty: 'No sync ever ran for this cluster: start one with npm run start:sync',
    },
    `
WITH sources AS (
  SELECT source, last_status, last_error, last_success_at
  FROM reporting.sync_status
  WHERE ${IN_CLUSTER}
), findings AS (
  SELECT 1 AS place, 'The last run of ' || source || ' failed' AS state,
         'It is tried again at the next run. The message says what to do: ' || last_error AS remedy
  FROM sources WHERE last_status = 'failed'
  UNION ALL
  SELECT 2, CASE WHEN last_success_at IS NULL THEN 'No run of ' || source || ' ever succeeded'
                 ELSE 'No good run of ' || source || ' since ' || to_char(last_success_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') END,
         'Does the sync run? See its log, then npm run doctor'
  FROM sources WHERE source NOT IN ('allocation', 'budgets') AND coalesce(last_success_at < now() - ${TOO_OLD}, true)
  UNION ALL
  SELECT 3, 'Never synced: ' || wanted.source, 'Start the sync: npm run start:sync; npm run doctor tells what it lacks'
  FROM (VALUES ('cost-explorer'), ('prometheus')) AS wanted (source)
  WHERE EXISTS (SELECT FROM reporting.clusters WHERE ${IN_CLUSTER}) AND wanted.source NOT IN (SELECT source FROM sources)
  UNION ALL
  SELECT 4, 'Usage not read: ' || dataset || coalesce(' of ' || nullif(hub, ''), '') || ', ' || string_agg(to_char(day, 'YYYY-MM-DD'), ', ' ORDER BY day),
         'Its cost is unallocated. ' || min(detail) || '. Is the exporter there? npm run doctor; while Prometheus remembers the days: --backfill'
  FROM reporting.usage_days
  WHERE ${IN_CLUSTER} AND status = 'missing'
    AND day BETWEEN (now() AT TIME ZONE 'UTC')::date - 2 AND (now() AT TIME ZONE 'UTC')::date - 1
  GROUP BY dataset, hub
)
SELECT state AS "State", remedy AS "What to do"
FROM (
  SELECT * FROM findings
  UNION ALL
  SELECT 0, 'All well', 'Nothing: every source was read in the last 30 hours'
  WHERE EXISTS (SELECT FROM sources) AND NOT EXISTS (SELECT FROM findings)
) AS lines
ORDER BY place, state`,
    { State: { width: 420, wrap: true }, 'What to do': { wrap: true } },
  )
    .overrideByName('State', [
      { id: 'custom.cellOptions', value: { type: 'color-text', wrapText: true } },
      {
        id: 'mappings',
        value: [
          { type: MappingType.ValueToText, options: { 'All well': { color: 'green', index: 0 } } },
          {
            type: MappingType.RegexToText,
            options: { pattern: '^(?!All well$).*', result: { color: 'red', index: 1 } },
          },
        ],
      },
    ])
    .span(16)
    .height(5)
    .links([operations('is-it-well')]);

export const failures = () =>
  figures(
    {
      title: 'Runs of the last 7 days',
      description: 'Runs that ended in the seven days before now, whatever the range, and how many of them failed.',
      empty: 'no run',
    },
    `
SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE status = 'failed') END AS "Failed",
       CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE status = 'succeeded') END AS "Succeeded",
       CASE WHEN count(*) > 0 THEN coalesce(to_char(max(started_at) FILTER (WHERE status = 'failed') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), 'none') END AS "Last failure"
FROM reporting.sync_runs
WHERE ${IN_CLUSTER} AND started_at > now() - interval '7 days' AND status <> 'running'`,
    { Failed: 'count', Succeeded: 'count', 'Last failure': 'text' },
  )
    .span(8)
    .links([operations('when-it-fails')]);

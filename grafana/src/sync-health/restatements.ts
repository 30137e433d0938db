import { operations } from '../links.js';
import { AMOUNT, figures, SHORT, stackedBars, table } from '../panels.js';
import { IN_CLUSTER } from '../sql.js';
import { onDaysOfRange } from '../step.js';

const SEEN = `${IN_CLUSTER} AND ${onDaysOfRange('seen_at')}`;

/** Two series: Grafana stacks what fell downwards only where a series is never above 0. */
export const restatedByStep = () =>
  stackedBars(
    {
      title: 'Restatements, by the day they were seen',
      description:
        'By how much stored costs rose (up) and fell (down) when they were read again. AWS restates recent days at every refresh; a change of the cost basis or of the attribution restates everything at once.',
      empty: 'No stored cost changed in this range',
    },
    `
  SELECT (seen_at AT TIME ZONE 'UTC')::date AS day, CASE WHEN difference_usd > 0 THEN 'rose' ELSE 'fell' END AS metric, difference_usd AS value
  FROM reporting.cost_restatements
  WHERE ${SEEN}`,
  ).span(14);

export const restatedTotal = () =>
  figures(
    {
      title: 'Restated in the range',
      description: 'What stored costs rose by, what they fell by, and the two together, with their sign.',
      empty: 'none',
    },
    `
SELECT sum(difference_usd) FILTER (WHERE difference_usd > 0) AS "Rose",
       sum(difference_usd) FILTER (WHERE difference_usd < 0) AS "Fell",
       sum(difference_usd) AS "Together"
FROM reporting.cost_restatements
WHERE ${SEEN}`,
    { Rose: 'change', Fell: 'change', Together: 'change' },
  )
    .span(10)
    .height(10);

export const restatements = () =>
  table(
    {
      title: 'What changed, and by how much',
      description:
        'Changes seen in the range, the newest and largest first; the row All is the total, with its sign. Before or after is empty where there was or is no cost. At most 1000 rows.',
      empty: 'No stored cost changed in this range',
    },
    `
SELECT to_char(seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS "Seen", to_char(day, 'YYYY-MM-DD') AS "Day", coalesce(hub, 'All') AS "Hub",
       sum(difference_usd) AS "Difference", sum(after_usd) AS "After", sum(before_usd) AS "Before", reason AS "Reason",
       component AS "Component", service AS "Service"
FROM reporting.cost_restatements
WHERE ${SEEN}
GROUP BY GROUPING SETS ((seen_at, day, hub, service, component, reason), ())
HAVING count(*) > 0
ORDER BY grouping(hub) DESC, cost_restatements.seen_at DESC, abs(sum(difference_usd)) DESC, cost_restatements.day, hub, service, component
LIMIT 1001`,
    {
      Seen: { width: 150 },
      Day: SHORT,
      Hub: { width: 120 },
      Difference: AMOUNT,
      After: AMOUNT,
      Before: AMOUNT,
      Reason: { width: 110 },
      Component: { width: 140 },
      Service: { wrap: true },
    },
  ).links([operations('is-it-well')]);

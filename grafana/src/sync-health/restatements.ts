import { dailyBars, table, USD } from '../panels.js';
import { IN_CLUSTER } from '../sql.js';

export const restatedByDay = () =>
  dailyBars(
    {
      title: 'Restatements, by the day they were seen',
      description:
        'By how much stored costs rose or fell when they were read again, by hub. AWS restates recent days at every refresh; a change of the cost basis or of the attribution restates everything at once.',
    },
    `
SELECT $__timeGroup(seen_at, '1d') AS "time", hub AS metric, sum(difference_usd) AS value
FROM reporting.cost_restatements
WHERE ${IN_CLUSTER} AND $__timeFilter(seen_at)
GROUP BY 1, 2
ORDER BY 1, 2`,
  ).span(10);

export const restatements = () =>
  table(
    {
      title: 'What changed, and by how much',
      description:
        'Changes seen in the range, the newest and largest first. Before or after is empty where there was or is no cost.',
    },
    `
SELECT seen_at AS "Seen", to_char(day, 'YYYY-MM-DD') AS "Day", hub AS "Hub", service AS "Service",
       component AS "Component", before_usd AS "Before", after_usd AS "After", difference_usd AS "Difference", reason AS "Reason"
FROM reporting.cost_restatements
WHERE ${IN_CLUSTER} AND $__timeFilter(seen_at)
ORDER BY seen_at DESC, abs(difference_usd) DESC, day, hub, service
LIMIT 1000`,
    { Before: USD, After: USD, Difference: USD },
  ).span(14);

import { PanelBuilder as BarChartBuilder } from '@grafana/grafana-foundation-sdk/barchart';
import { StackingMode, VisibilityMode, VizOrientation } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as TrendBuilder } from '@grafana/grafana-foundation-sdk/trend';
import { FIXED_COLOURS } from '#libs/domain';
import { COSTS } from '../datasources.js';
import { USD } from '../money.js';
import { allSeries, colour, legendOnTheRight } from '../panels.js';
import { IN_CLUSTER, picked, SqlQuery } from '../sql.js';
import { LAST_DAY } from '../step.js';
import { COSTS_OF_PERIODS, PERIODS } from './periods.js';

/** A column each: the chart takes no others. */
const COMPONENTS = ['compute', 'home storage', 'core', 'networking', 'object storage', 'backup', 'other'] as const;

const ofComponents = COMPONENTS.map((name) => `sum(amount_usd) FILTER (WHERE component = '${name}') AS "${name}"`).join(
  ',\n       ',
);

const LISTED = `component IN (${COMPONENTS.map((name) => `'${name}'`).join(', ')})`;

export const months = () => {
  const panel = new BarChartBuilder()
    .title('13 months')
    .description(
      'Cluster cost by month and component: the month that the range ends in, up to that end, and the twelve before it, wherever the range begins. The first and the last month may not be whole. Obeys Hub and Component.',
    )
    .noValue('No month up to the end of the range is stored yet, or no cost matches Hub and Component')
    .datasource(COSTS)
    .withTarget(
      new SqlQuery(
        `
SELECT to_char(date_trunc('month', day::timestamp), 'YYYY-MM') AS "Month",
       ${ofComponents},
       sum(amount_usd) FILTER (WHERE NOT ${LISTED}) AS "further components"
FROM reporting.daily_component_costs
WHERE ${IN_CLUSTER} AND ${picked('hub')} AND ${picked('component')}
  AND day BETWEEN (date_trunc('month', ${LAST_DAY}::timestamp) - interval '12 months')::date AND ${LAST_DAY}
GROUP BY 1
ORDER BY 1`,
        'table',
      ),
    )
    .xField('Month')
    .orientation(VizOrientation.Vertical)
    .stacking(StackingMode.Normal)
    .showValue(VisibilityMode.Never)
    .unit(USD)
    .decimals(2)
    .axisSoftMin(0)
    .legend(legendOnTheRight(['sum']))
    .tooltip(allSeries())
    .span(12)
    .height(10);
  for (const name of COMPONENTS) panel.overrideByName(name, [colour(FIXED_COLOURS[name]!)]);
  return panel.overrideByName('further components', [colour('#8893a0')]);
};

export const monthByDay = () =>
  new TrendBuilder()
    .title('Month so far, day by day')
    .description(
      'Cluster cost added up day by day up to the last complete day, of its month and of the month before. Where the lines part is where the months differ. Obeys Hub and Component.',
    )
    .noValue('No complete day of this month is stored yet, or no cost matches Hub and Component')
    .datasource(COSTS)
    .withTarget(
      new SqlQuery(
        `${PERIODS}
SELECT extract(day FROM day)::integer AS "Day of the month",
       max(so_far_usd) FILTER (WHERE this_month) AS "This month",
       max(so_far_usd) FILTER (WHERE NOT this_month) AS "Month before"
FROM (
  SELECT day, this_month, sum(sum(amount_usd)) OVER (PARTITION BY this_month ORDER BY day) AS so_far_usd
  FROM (
    SELECT day, day >= month AS this_month, amount_usd
    FROM (${COSTS_OF_PERIODS}
    ) AS costs
    WHERE day >= month_before
  ) AS days
  GROUP BY day, this_month
) AS running
GROUP BY 1
ORDER BY 1`,
        'table',
      ),
    )
    .xField('Day of the month')
    .unit(USD)
    .decimals(2)
    .axisSoftMin(0)
    .lineWidth(2)
    .overrideByName('Day of the month', [
      { id: 'unit', value: 'none' },
      { id: 'decimals', value: 0 },
    ])
    .overrideByName('This month', [colour('#2f7dc4')])
    .overrideByName('Month before', [colour('#8893a0')])
    .legend(legendOnTheRight(['max']))
    .tooltip(allSeries())
    .span(12)
    .height(10);

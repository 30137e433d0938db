import { VizOrientation } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as TrendBuilder } from '@grafana/grafana-foundation-sdk/trend';
import { COSTS } from '../datasources.js';
import { allSeries, figures, tableLegend, USD } from '../panels.js';
import { IN_CLUSTER, SqlQuery } from '../sql.js';

/** The month that the range ends in and the one before, up to the end of the range. */
const TWO_MONTHS = `
WITH attributable AS (
  SELECT day, amount_usd, day >= date_trunc('month', $__timeTo()::date)::date AS this_month
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND name = 'attributable'
    AND day >= (date_trunc('month', $__timeTo()::date) - interval '1 month')::date
    AND day <= $__timeTo()::date
)`;

export const monthToDate = () =>
  figures(
    {
      title: 'Month to date against the month before',
      description:
        'Attributable cost of the month that the range ends in, up to its last stored day; of the same days of the month before; and of that whole month. Does not depend on where the range begins.',
    },
    `${TWO_MONTHS}, latest AS (
  SELECT max(extract(day FROM day)) AS day_of_month FROM attributable WHERE this_month
)
SELECT sum(amount_usd) FILTER (WHERE this_month) AS "Month to date",
       sum(amount_usd) FILTER (WHERE NOT this_month AND extract(day FROM day) <= latest.day_of_month) AS "Month before, same days",
       sum(amount_usd) FILTER (WHERE NOT this_month) AS "Month before, whole"
FROM attributable, latest`,
  )
    .span(12)
    .height(10)
    .orientation(VizOrientation.Horizontal);

export const monthByDay = () =>
  new TrendBuilder()
    .title('Month so far')
    .description(
      'Attributable cost added up day by day, of the month that the range ends in and of the month before. Where the lines part is where the months differ.',
    )
    .datasource(COSTS)
    .withTarget(
      new SqlQuery(
        `${TWO_MONTHS}
SELECT extract(day FROM day)::integer AS "Day of the month",
       max(so_far_usd) FILTER (WHERE this_month) AS "This month",
       max(so_far_usd) FILTER (WHERE NOT this_month) AS "Month before"
FROM (
  SELECT day, this_month, sum(amount_usd) OVER (PARTITION BY this_month ORDER BY day) AS so_far_usd
  FROM attributable
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
    .legend(tableLegend(['lastNotNull']))
    .tooltip(allSeries())
    .span(12)
    .height(10);

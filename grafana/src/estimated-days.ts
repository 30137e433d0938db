import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { COSTS } from './datasources.js';
import { IN_CLUSTER, SqlQuery } from './sql.js';

/** Shades the days that AWS still calls estimated, one region per unbroken run of them. */
export const estimatedDays = () =>
  new AnnotationQueryBuilder()
    .name('Estimated by AWS')
    .datasource(COSTS)
    .enable(true)
    .iconColor('light-yellow')
    .target(
      new SqlQuery(
        `
SELECT min(day)::timestamp AS "time",
       (max(day) + 1)::timestamp AS "timeend",
       'Estimated by AWS: may still change' AS "text",
       'estimated' AS "tags"
FROM (
  SELECT day, day - row_number() OVER (ORDER BY day)::integer AS unbroken_run
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND name = 'account' AND estimated
) AS days
GROUP BY unbroken_run
ORDER BY 1`,
        'table',
      ),
    );

import { scopedValues, type NameFilter, type Precision, type Scope, type Statement } from './statement.js';

/** Whose cost is forecast. */
export const FORECAST_KINDS = ['cluster', 'hub', 'group', 'component'] as const;
export type ForecastKind = (typeof FORECAST_KINDS)[number];

/**
 * What the months of the range are expected to cost: rows {kind, name, from, to, spent, spent_to, forecast, low, high,
 * reason}. Forecasts are kept of the current month alone. Who sees some hubs sees theirs.
 */
export function forecasts(
  scope: Scope,
  filter: { readonly hub: NameFilter; readonly component: NameFilter; readonly usergroup: NameFilter },
  { by, precision }: { readonly by: ForecastKind | 'all'; readonly precision: Precision },
): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT kind, name, month AS "from", (month + interval '1 month')::date - 1 AS "to",
        trim_scale(round(spent_usd, $5::integer)) AS spent, settled_to AS spent_to,
        trim_scale(round(forecast_usd, $5)) AS forecast, trim_scale(round(low_usd, $5)) AS low,
        trim_scale(round(high_usd, $5)) AS high, reason
      FROM reporting.forecasts
      WHERE cluster = $1 AND month < $3::date AND month + interval '1 month' > $2::date
        AND ($4::text[] IS NULL OR (kind = 'hub' AND name = ANY ($4)))
        AND ($6::text IS NULL OR kind = $6)
        AND ($7::text[] IS NULL OR (kind = 'hub' AND name = ANY ($7)))
        AND ($8::text[] IS NULL OR (kind = 'component' AND name = ANY ($8)))
        AND ($9::text[] IS NULL OR (kind = 'group' AND name = ANY ($9)))
      ORDER BY month, array_position('{cluster,hub,group,component}'::text[], kind), forecast_usd DESC NULLS LAST,
        name COLLATE "C"`,
    values: scopedValues(
      scope,
      precision === 'exact' ? 10 : 2,
      by === 'all' ? undefined : by,
      filter.hub,
      filter.component,
      filter.usergroup,
    ),
  };
}

import { scopedValues, type NameFilter, type Precision, type Scope, type Statement } from './statement.js';

interface BudgetFilters {
  readonly hub: NameFilter;
  readonly user: NameFilter;
  readonly usergroup: NameFilter;
}

/**
 * Budgets: rows {budget, kind, hub, usergroup, user, basis, per, from, to, amount, spent, spent_to, missing_days, reason,
 * left, percent, forecast, forecast_low, forecast_high, forecast_percent, forecast_reason, run_out_on, thresholds}. Of each
 * budget the period that the last day of the range is in, else the last before it, else its first; or all that have days in
 * the range. Who sees some hubs sees what is of one of them; who sees one user, that user's; who does not see what is shared,
 * budgets of tagged cost.
 */
export function budgets(
  scope: Scope,
  filter: BudgetFilters,
  { precision, periods }: { readonly precision: Precision; readonly periods: 'current' | 'all' },
): Statement {
  return {
    cluster: scope.cluster,
    text: `
      SELECT name AS budget, kind, hub, usergroup, username AS "user", basis, per, period_from AS "from", period_to AS "to",
        trim_scale(round(amount_usd, $7::integer)) AS amount, trim_scale(round(spent_usd, $7)) AS spent,
        CASE WHEN spent_usd IS NOT NULL THEN least(settled_to, period_to) END AS spent_to, missing_days, reason, trim_scale(round(left_usd, $7)) AS left,
        trim_scale(round(100 * used_ratio, 1)) AS percent, trim_scale(round(forecast_usd, $7)) AS forecast,
        trim_scale(round(forecast_low_usd, $7)) AS forecast_low, trim_scale(round(forecast_high_usd, $7)) AS forecast_high,
        trim_scale(round(100 * forecast_ratio, 1)) AS forecast_percent, forecast_reason, run_out_on,
        coalesce(thresholds, '[]') AS thresholds
      FROM (
        SELECT *, row_number() OVER (
          PARTITION BY name
          ORDER BY period_from < $3::date DESC, CASE WHEN period_from < $3 THEN $3 - period_from ELSE period_from - $3 END
        ) AS place
        FROM reporting.budgets
        WHERE cluster = $1
      ) budget
      WHERE CASE WHEN $8::boolean THEN period_from < $3 AND period_to >= $2::date ELSE place = 1 END
        AND ($4::text[] IS NULL OR hub = ANY ($4))
        AND ($5::text IS NULL OR username = $5)
        AND (NOT $6::boolean OR basis = 'tagged')
        AND ($9::text[] IS NULL OR hub = ANY ($9))
        AND ($10::text[] IS NULL OR username = ANY ($10))
        AND ($11::text[] IS NULL OR usergroup = ANY ($11))
      ORDER BY used_ratio DESC NULLS LAST, name COLLATE "C", period_from`,
    values: scopedValues(
      scope,
      scope.user,
      scope.withoutShared ?? false,
      precision === 'exact' ? 10 : 2,
      periods === 'all',
      filter.hub,
      filter.user,
      filter.usergroup,
    ),
  };
}

import { figures, SHARE } from '../panels.js';
import { IN_CLUSTER } from '../sql.js';

export const account = () =>
  figures(
    {
      title: 'The account and the cluster',
      description:
        'What the AWS account cost in this range, the part that is attributable to the cluster by its tags, and the rest, which belongs to no cluster or to another one.',
    },
    `
SELECT account_usd AS "Account",
       attributable_usd AS "Attributable to the cluster",
       account_usd - attributable_usd AS "Not attributable"
FROM (
  SELECT sum(amount_usd) FILTER (WHERE name = 'account') AS account_usd,
         sum(amount_usd) FILTER (WHERE name = 'attributable') AS attributable_usd
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day)
) AS totals`,
  ).span(10);

export const attributedToNobody = () =>
  figures(
    {
      title: 'Attributed to nobody',
      description:
        'Which part of the account is not attributable to the cluster, and which part of the attributable cost no user bears: idle capacity, hubs without named users, and components that users do not share, such as core and networking.',
    },
    `
SELECT 1 - costs.attributable_usd / nullif(costs.account_usd, 0) AS "Of the account: not attributable",
       nobody.amount_usd / nullif(costs.attributable_usd, 0) AS "Of the attributable: borne by no user"
FROM (
  SELECT sum(amount_usd) FILTER (WHERE name = 'account') AS account_usd,
         sum(amount_usd) FILTER (WHERE name = 'attributable') AS attributable_usd
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day)
) AS costs, (
  SELECT coalesce(sum(amount_usd), 0) AS amount_usd
  FROM reporting.daily_allocated_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND reason IS NOT NULL
) AS nobody`,
  )
    .unit(SHARE)
    .decimals(1)
    .span(8);

export const days = () =>
  figures(
    {
      title: 'Days',
      description:
        'How many days of the range are stored, and how many of those AWS still calls estimated: their cost may change, usually within days, at the latest weeks after the end of the month.',
    },
    `
SELECT count(*) AS "Days stored",
       count(*) FILTER (WHERE estimated) AS "Still estimated"
FROM reporting.daily_total_costs
WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND name = 'account'`,
  )
    .unit('none')
    .decimals(0)
    .span(6);

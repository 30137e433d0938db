import { SHARE } from '../money.js';
import { lines, stackedBars } from '../panels.js';
import { IN_CLUSTER, picked } from '../sql.js';
import { byStep } from '../step.js';
import { topUsers } from '../top-users.js';

const PICKED = `${IN_CLUSTER} AND $__timeFilter(day) AND ${picked('hub')} AND ${picked('component')}`;

export const accountByStep = () =>
  stackedBars(
    {
      title: 'Account and attributable',
      description:
        'The part of the account that is attributable to the cluster, pale where AWS still calls the day estimated, and the part that is not attributable: together the account. Of the whole cluster, whatever Hub and Component say. A day without a bar was not read.',
    },
    `
  SELECT day, CASE WHEN estimated THEN 'attributable, estimated' ELSE 'attributable' END AS metric, amount_usd AS value
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND name = 'attributable'
  UNION ALL
  SELECT day, 'not attributable', CASE name WHEN 'account' THEN amount_usd ELSE -amount_usd END
  FROM reporting.daily_total_costs
  WHERE ${IN_CLUSTER} AND $__timeFilter(day)`,
  ).span(12);

export const nobodyByStep = () =>
  lines(
    {
      title: 'Attributed to nobody',
      description:
        'Share of the account that is not attributable to the cluster, share of the attributable cost that no user bears, and share whose usage was not read. A sudden rise means that tags got lost, that nobody used what was running, or that Prometheus was away. Of the whole cluster.',
    },
    byStep(
      `
    SELECT day, account_usd, attributable_usd,
           CASE WHEN reasons.unallocated_usd IS NOT NULL OR attributable_usd IS NOT NULL THEN coalesce(unallocated_usd, 0) END AS unallocated_usd,
           coalesce(not_read_usd, 0) AS not_read_usd
    FROM (
      SELECT day, sum(amount_usd) FILTER (WHERE name = 'account') AS account_usd,
             sum(amount_usd) FILTER (WHERE name = 'attributable') AS attributable_usd
      FROM reporting.daily_total_costs
      WHERE ${IN_CLUSTER} AND $__timeFilter(day)
      GROUP BY day
    ) AS costs LEFT JOIN (
      SELECT day, sum(amount_usd) FILTER (WHERE reason <> 'usage not read') AS unallocated_usd,
             sum(amount_usd) FILTER (WHERE reason = 'usage not read') AS not_read_usd
      FROM reporting.daily_allocated_costs
      WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND reason IS NOT NULL
      GROUP BY day
    ) AS reasons USING (day)`,
      {
        'not attributable, of the account': '1 - sum(attributable_usd) / nullif(sum(account_usd), 0)',
        'borne by no user, of the attributable': 'sum(unallocated_usd) / nullif(sum(attributable_usd), 0)',
        'usage not read, of the attributable': 'sum(not_read_usd) / nullif(sum(attributable_usd), 0)',
      },
    ),
    ['mean', 'max'],
  )
    .unit(SHARE)
    .decimals(1);

export const hubsByStep = () =>
  stackedBars(
    {
      title: 'By hub',
      description:
        "Attributable cost by the hub that it is tagged with. 'support' bears what carries no hub tag: it serves all hubs. Obeys Hub and Component.",
    },
    `
  SELECT day, hub AS metric, amount_usd AS value
  FROM reporting.daily_component_costs
  WHERE ${PICKED}`,
  )
    .span(8)
    .height(11);

export const componentsByStep = () =>
  stackedBars(
    {
      title: 'By component',
      description:
        'Attributable cost by component, a group of AWS services: compute is the nodes that users run on, core is what runs without any user. Obeys Hub and Component.',
    },
    `
  SELECT day, component AS metric, amount_usd AS value
  FROM reporting.daily_component_costs
  WHERE ${PICKED}`,
  )
    .span(8)
    .height(11);

/** What the users of the picked hubs bear, and what nobody does: by hub of the user, so not the sum of By hub. */
export const topUsersByStep = () =>
  stackedBars(
    {
      title: 'Top 10 users',
      description:
        'The ten users with the highest cost in the range, everyone else, and what no user bears, by its reason. With a hub picked: its users, with their part of what all hubs share. Obeys Hub and Component.',
      empty:
        'No user bears a cost: no day of this range is stored, usage was not read, or nothing matches the filters at the top',
    },
    topUsers(
      `(SELECT day, hub, username, direct_usd, shared_usd
      FROM reporting.daily_user_costs
      WHERE ${PICKED} AND username IS NOT NULL) AS users`,
      `(SELECT day, reason, direct_usd, shared_usd
      FROM reporting.daily_allocated_costs
      WHERE ${PICKED}) AS bearers`,
      '10',
    ),
  )
    .span(8)
    .height(11);

export const instanceTypesByStep = () =>
  stackedBars(
    {
      title: 'By instance type',
      description:
        'Attributable cost of EC2 instances by type. Costs of days that were read before types were, and what has none, are not here. Obeys Hub and Component.',
      empty:
        'No cost with an instance type: no day of this range is stored with types yet, or nothing matches Hub and Component',
    },
    `
  SELECT day, instance_type AS metric, amount_usd AS value
  FROM reporting.daily_service_costs
  WHERE ${PICKED} AND instance_type NOT IN ('', 'NoInstanceType')`,
  ).height(10);

import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BarGaugeValueMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { COSTS } from '../datasources.js';
import { USD } from '../money.js';
import { figures } from '../panels.js';
import { SqlQuery } from '../sql.js';
import { USER_COSTS } from '../users-picked.js';
import { BY_BEARER } from './bearers.js';
import { NO_USER } from './by-step.js';

export const usersTotal = () =>
  figures(
    {
      title: 'Costs of the users',
      description:
        "Direct: the users' parts of cost tagged with their hub. Shared: their parts of cost that belongs to all hubs. Unallocated: what no user bears, and apart from it what was used while usage was not read; both are empty when users or groups are picked.",
    },
    `
SELECT sum(direct_usd + shared_usd) FILTER (WHERE reason IS NULL) AS "Users",
       sum(direct_usd) FILTER (WHERE reason IS NULL) AS "Direct part",
       sum(shared_usd) FILTER (WHERE reason IS NULL) AS "Shared part",
       sum(direct_usd + shared_usd) FILTER (WHERE reason <> 'usage not read') AS "Unallocated",
       sum(direct_usd + shared_usd) FILTER (WHERE reason = 'usage not read') AS "Usage not read"
FROM ${BY_BEARER}`,
    { Users: 'usd', 'Direct part': 'usd', 'Shared part': 'usd', Unallocated: 'usd', 'Usage not read': 'usd' },
  ).span(16);

export const activeUsers = () =>
  figures(
    {
      title: 'Users with cost',
      description:
        'How many users bore any cost in this range, and what one of them cost on average. The same name on two hubs counts as two users: it may be two people.',
    },
    `
SELECT nullif(count(*), 0) AS "Users with cost", avg(amount_usd) AS "Mean per user"
FROM (
  SELECT sum(direct_usd) + sum(shared_usd) AS amount_usd
  FROM ${USER_COSTS}
  GROUP BY hub, username
) AS users`,
    { 'Users with cost': 'count', 'Mean per user': 'usd' },
  ).span(8);

export const topUsers = () =>
  new BarGaugeBuilder()
    .title('Top $top_users users')
    .description('The users, each of one hub, with the highest cost in this range over the components that are picked.')
    .noValue(NO_USER)
    .datasource(COSTS)
    .withTarget(
      new SqlQuery(
        `
SELECT username || ' (' || hub || ')' AS "User", sum(direct_usd) + sum(shared_usd) AS "Cost"
FROM ${USER_COSTS}
GROUP BY hub, username
ORDER BY "Cost" DESC, hub, username
LIMIT \${top_users:sqlstring}::integer`,
        'table',
      ),
    )
    .reduceOptions(new ReduceDataOptionsBuilder().values(true).calcs([]).fields('/^Cost$/').limit(50))
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Text)
    .namePlacement(BarGaugeNamePlacement.Left)
    .sizing(BarGaugeSizing.Auto)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('#2f7dc4'))
    .unit(USD)
    .decimals(2)
    .min(0)
    .span(8)
    .height(12);

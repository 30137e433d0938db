import { PanelBuilder as BarChartBuilder } from '@grafana/grafana-foundation-sdk/barchart';
import {
  LegendDisplayMode,
  LegendPlacement,
  StackingMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as TextBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';
import { COSTS } from '../datasources.js';
import { allSeries, colour, dailyBars, figures, dailyLines, USD } from '../panels.js';
import { SqlQuery } from '../sql.js';
import { USER_COSTS_BY_DAY } from '../users-picked.js';
import { GROUP_COSTS_PICKED } from './conditions.js';

export const splitAndFull = () =>
  new TextBuilder()
    .title('Split and full')
    .description('How costs of people in several groups are counted.')
    .mode(TextMode.Markdown)
    .content(
      `**Split** divides the cost of a person in several groups evenly among them, so groups add up to what the users cost; \
**full** puts the whole of it into each of their groups, which says what a group's members cost, and adds up to more.

Groups are as of each day. *none*: in no group that day; *unknown*: memberships of that day were not read.`,
    )
    .span(8)
    .height(6);

export const groupTotals = () =>
  figures(
    {
      title: 'Do groups add up?',
      description:
        'Users: what the picked users cost, each once. Split adds up to it; full is more by what people in several groups are counted again. With groups picked, split holds only those groups’ parts.',
    },
    `
SELECT users.users_usd AS "Users",
       groups.split_usd AS "Groups, split",
       groups.full_usd AS "Groups, full",
       groups.full_usd - users.users_usd AS "Counted more than once"
FROM (SELECT sum(split_usd) AS split_usd, sum(full_usd) AS full_usd FROM ${GROUP_COSTS_PICKED}) AS groups
CROSS JOIN (SELECT sum(direct_usd + shared_usd) AS users_usd FROM (${USER_COSTS_BY_DAY}
) AS costs) AS users`,
  )
    .span(16)
    .height(6);

export const byGroup = () =>
  new BarChartBuilder()
    .title('By group, split and full')
    .description(
      'Cost of each group over the range. The bars of a group differ by what its members cost their other groups. The 40 most expensive groups.',
    )
    .datasource(COSTS)
    .withTarget(
      new SqlQuery(
        `
SELECT usergroup AS "Group", sum(split_usd) AS "split", sum(full_usd) AS "full"
FROM ${GROUP_COSTS_PICKED}
GROUP BY usergroup
ORDER BY "full" DESC, usergroup
LIMIT 40`,
        'table',
      ),
    )
    .xField('Group')
    .orientation(VizOrientation.Auto)
    .stacking(StackingMode.None)
    .showValue(VisibilityMode.Auto)
    .xTickLabelRotation(-45)
    .unit(USD)
    .decimals(2)
    .axisSoftMin(0)
    .overrideByName('split', [colour('blue')])
    .overrideByName('full', [colour('light-orange')])
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Right)
        .showLegend(true)
        .calcs(['sum']),
    )
    .tooltip(allSeries())
    .span(24)
    .height(11);

export const splitByDay = () =>
  dailyBars(
    {
      title: 'By day, split',
      description: 'The stacked bars add up to what the users cost that day, as long as no group is picked.',
    },
    byDay('split_usd'),
  );

/** Lines: bars that are not stacked would hide one another. */
export const fullByDay = () =>
  dailyLines(
    {
      title: 'By day, full',
      description:
        "What each group's members cost that day. Lines instead of stacked bars: groups overlap, so they must not be added up.",
    },
    byDay('full_usd'),
    ['sum', 'mean', 'max'],
  )
    .unit(USD)
    .decimals(2);

function byDay(amount: 'split_usd' | 'full_usd'): string {
  return `
SELECT day AS "time", usergroup AS metric, sum(${amount}) AS value
FROM ${GROUP_COSTS_PICKED}
GROUP BY day, usergroup
ORDER BY day, usergroup`;
}

import { PanelBuilder as TextBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';
import { membersOfGroup } from '../links.js';
import { SHARE } from '../money.js';
import { AMOUNT, figures, stackedBars, table } from '../panels.js';
import { USER_COSTS_BY_DAY } from '../users-picked.js';
import { GROUP_COSTS_PICKED } from './conditions.js';

const NO_GROUP =
  'No user of a group bears a cost: no day of this range is stored, usage was not read (see Sync health), or nothing matches the filters at the top';

/** The amount that the switch at the top says. */
const COUNTED_USD = `CASE \${counted:sqlstring} WHEN 'full' THEN full_usd ELSE split_usd END`;

export const splitAndFull = () =>
  new TextBuilder()
    .title('Split or full')
    .description('How costs of people in several groups are counted.')
    .mode(TextMode.Markdown)
    .content(
      `Choose at the top how _Costs of members_ are counted. **Split** divides the cost of a person in several groups evenly \
among them: groups add up to what the users cost. **In full** puts the whole of it into each of their groups: what a group's \
members cost; the bars and totals then add up to more than the users cost.

Groups are as of each day. *none*: in no group that day; *unknown*: memberships of that day were not read.`,
    )
    .span(10)
    .height(5);

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
    { Users: 'usd', 'Groups, split': 'usd', 'Groups, full': 'usd', 'Counted more than once': 'usd' },
  ).span(14);

export const groupsByStep = () =>
  stackedBars(
    {
      title: 'By group',
      description:
        'Cost of each group, split or in full as chosen at the top. Split: the bars add up to what the users cost, as long as no group is picked. In full: groups overlap, so a bar is as high as its groups together, and higher than what the users cost.',
      empty: NO_GROUP,
    },
    `
  SELECT day, usergroup AS metric, ${COUNTED_USD} AS value
  FROM ${GROUP_COSTS_PICKED}`,
  )
    .span(12)
    .height(12);

export const groups = () =>
  table(
    {
      title: 'Groups',
      description:
        'Cost of each group over the range, counted as chosen at the top; its share; both ways of counting; and the days on which it had a cost. The row All is the total. Click a group to see its members.',
      empty: NO_GROUP,
    },
    `
SELECT coalesce(usergroup, 'All') AS "Group", usd AS "Cost",
       usd / nullif(sum(usd) FILTER (WHERE usergroup IS NOT NULL) OVER (), 0) AS "Share",
       days AS "Days", split_usd AS "Split", full_usd AS "Full"
FROM (
  SELECT usergroup, sum(${COUNTED_USD}) AS usd, sum(split_usd) AS split_usd, sum(full_usd) AS full_usd, count(DISTINCT day) AS days
  FROM ${GROUP_COSTS_PICKED}
  GROUP BY GROUPING SETS ((usergroup), ())
  HAVING count(*) > 0
) AS sums
ORDER BY usergroup IS NOT NULL, "Cost" DESC, usergroup
LIMIT 1001`,
    {
      Group: { link: membersOfGroup('groups') },
      Cost: AMOUNT,
      Share: { unit: SHARE, decimals: 1, width: 80 },
      Days: { width: 70 },
      Split: AMOUNT,
      Full: AMOUNT,
    },
  )
    .span(12)
    .height(12);

import { borneCosts } from './borne-costs.js';
import { digitsOf, PERIOD, type NameFilters, type Scope, type Statement } from './statement.js';
import type { GroupCostForm } from './total-costs-per-group.js';

export interface UserCostForm extends GroupCostForm {
  /** Only so many users with the highest total; undefined: everyone. */
  readonly limit: number | undefined;
  /** Who counts as one: a username on one hub, or on all of them. */
  readonly per: 'user' | 'person';
}

/**
 * What each user cost: rows {date, user, hub, component, value, usergroup}, one per group membership; USD as a number
 * rounded to 4 decimals, or not. Sorted by date, hub, component, value descending. With `unallocated` also rows without a
 * user and group, with their {reason}. With a step: rows of its periods, with {start, end}.
 *
 * A user is a (hub, username): the same name on two hubs may be two people. `limit` keeps the users (with `per` person:
 * the usernames) with the highest total over the rows that the filters leave; a person's amount counts once, however many
 * groups repeat it. Unallocated rows are nobody's and stay.
 */
export function costsPerUser(scope: Scope, filter: NameFilters, form: UserCostForm): Statement {
  const { groups, limit, per, step, unallocated } = form;
  const options = { filter, byUser: true, unallocated, around: [limit] };
  const costs = borneCosts(scope, digitsOf(form, 4), { ...options, groups });
  const once = groups === 'split' ? costs : borneCosts(scope, digitsOf(form, 4), options);
  return {
    ...costs,
    text: `
      WITH once AS (${once.text})
      SELECT start AS date, username AS user, hub, component, trim_scale(round(sum(amount_usd), $6::integer)) AS value, usergroup
        ${unallocated ? ', reason' : ''} ${step ? PERIOD : ''}
      FROM (${costs.text}) costs
      WHERE ($11)[1] IS NULL OR reason IS NOT NULL OR ${per === 'person' ? OF_HIGHEST_PEOPLE : OF_HIGHEST_USERS}
      GROUP BY start, hub, username, component, usergroup, reason
      ORDER BY start, hub COLLATE "C", component COLLATE "C", sum(amount_usd) DESC, username COLLATE "C",
        usergroup COLLATE "C", reason COLLATE "C"`,
  };
}

const OF_HIGHEST_USERS = `(hub, username) IN (
  SELECT hub, username
  FROM once
  WHERE reason IS NULL
  GROUP BY hub, username
  ORDER BY sum(amount_usd) DESC, hub COLLATE "C", username COLLATE "C"
  LIMIT ($11)[1]::bigint
)`;

const OF_HIGHEST_PEOPLE = `username IN (
  SELECT username
  FROM once
  WHERE reason IS NULL
  GROUP BY username
  ORDER BY sum(amount_usd) DESC, username COLLATE "C"
  LIMIT ($11)[1]::bigint
)`;

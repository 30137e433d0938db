import {
  costsPerUser,
  firstTwoClusters,
  hubNames,
  syncStatus,
  totalCosts,
  totalCostsPerComponent,
  totalCostsPerGroup,
  totalCostsPerHub,
  totalCostsPerHubSharedByUsage,
  totalUsage,
  usageGaps,
  userGroups,
  usersWithMultipleGroups,
  usersWithNoGroups,
  type Scope,
  type Statement,
} from '#libs/database/queries';

export interface Question {
  readonly name: string;
  readonly statement: Statement;
}

const ALL = { hubs: undefined, components: undefined, users: undefined, usergroups: undefined };

/** Everything that the API asks the database, over one range of days. */
export function questionsOf(scope: Scope): Question[] {
  const oneUser = ['person-000042@example.org'];
  return [
    { name: 'total_costs', statement: totalCosts(scope) },
    { name: 'total_costs_per_hub', statement: totalCostsPerHub(scope) },
    { name: 'total_costs_per_hub, shared by usage', statement: totalCostsPerHubSharedByUsage(scope) },
    { name: 'total_costs_per_component', statement: totalCostsPerComponent(scope, ALL) },
    {
      name: 'total_costs_per_component, one hub',
      statement: totalCostsPerComponent(scope, { ...ALL, hubs: ['hub-1'] }),
    },
    { name: 'total_costs_per_group', statement: totalCostsPerGroup(scope, ALL, 'full') },
    { name: 'total_costs_per_group, split', statement: totalCostsPerGroup(scope, ALL, 'split') },
    { name: 'costs_per_user', statement: costsPerUser(scope, ALL, 'full', undefined) },
    { name: 'costs_per_user, the ten highest', statement: costsPerUser(scope, ALL, 'full', 10) },
    { name: 'costs_per_user, one hub', statement: costsPerUser(scope, { ...ALL, hubs: ['hub-1'] }, 'full', undefined) },
    { name: 'costs_per_user, one user', statement: costsPerUser(scope, { ...ALL, users: oneUser }, 'full', undefined) },
    { name: 'total_usage', statement: totalUsage(scope, ALL) },
    { name: 'total_usage, one user', statement: totalUsage(scope, { ...ALL, users: oneUser }) },
    { name: 'hub_names', statement: hubNames(scope) },
    { name: 'user_groups', statement: userGroups(scope, ALL) },
    { name: 'users_with_multiple_groups', statement: usersWithMultipleGroups(scope, ALL) },
    { name: 'users_with_no_groups', statement: usersWithNoGroups(scope, ALL) },
  ];
}

/** What the API asks of the whole database, whatever the range: which clusters there are, and how the syncs are doing. */
export function questionsOfHealth(scope: Scope): Question[] {
  return [
    { name: 'the only cluster', statement: firstTwoClusters() },
    { name: 'sync status', statement: syncStatus() },
    { name: 'usage gaps', statement: usageGaps(scope.window) },
  ];
}

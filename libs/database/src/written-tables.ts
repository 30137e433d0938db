/** Every table that the sync writes: what its role must be able to change, and what tells two databases apart. */
export const WRITTEN_TABLES = [
  'sync_runs',
  'account_costs',
  'attributed_costs',
  'cost_restatements',
  'usage_days',
  'user_usage',
  'group_memberships',
  'user_costs',
  'allocation_days',
  'allocated_costs',
  'group_costs',
  'membership_costs',
  'summed_weeks',
  'user_weeks',
  'membership_weeks',
];

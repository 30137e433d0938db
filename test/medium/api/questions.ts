/** Paths of the questions that are answered with rows. */
export const QUESTIONS = [
  'total_costs',
  'total_costs_per_hub',
  'total_costs_per_component',
  'total_costs_per_group',
  'costs_per_user',
  'total_usage',
  'user_groups',
  'users_with_multiple_groups',
  'users_with_no_groups',
];

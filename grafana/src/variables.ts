import {
  CustomVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { COSTS } from './datasources.js';
import { ALL_VALUE, IN_CLUSTER, picked } from './sql.js';

/** One cluster: figures of several clusters are never added up. One that has no cost yet is there, too. */
export function cluster(): QueryVariableBuilder {
  return fromQuery('cluster', 'Cluster', `SELECT cluster FROM reporting.clusters ORDER BY cluster`);
}

/** Hubs with costs of their tag, and hubs with users: a hub without a tag has the latter alone. */
export function hub(): QueryVariableBuilder {
  return many(
    'hub',
    'Hub',
    `SELECT hub FROM reporting.daily_hub_costs WHERE ${IN_CLUSTER} AND $__timeFilter(day)
UNION SELECT hub FROM reporting.daily_allocated_costs WHERE ${IN_CLUSTER} AND $__timeFilter(day)
ORDER BY hub`,
  );
}

export function component(): QueryVariableBuilder {
  return many(
    'component',
    'Component',
    `SELECT DISTINCT component FROM reporting.daily_component_costs WHERE ${IN_CLUSTER} AND $__timeFilter(day) ORDER BY component`,
  );
}

export function usergroup(): QueryVariableBuilder {
  return many(
    'usergroup',
    'Group',
    `SELECT DISTINCT usergroup FROM reporting.user_groups WHERE ${IN_CLUSTER} AND $__timeFilter(day)
UNION SELECT 'none'
ORDER BY usergroup`,
  );
}

export function user(): QueryVariableBuilder {
  return many(
    'user',
    'User',
    `SELECT DISTINCT username
FROM reporting.daily_user_costs
WHERE ${IN_CLUSTER} AND $__timeFilter(day) AND username IS NOT NULL AND ${picked('hub')}
ORDER BY username`,
  );
}

/** How many users are shown by name. */
export function topUsers(): CustomVariableBuilder {
  return oneOf('top_users', 'Top users', { '5': '5', '10': '10', '20': '20', '50': '50' }, '10');
}

/** How much time a bar stands for; Auto: what suits the range. */
export function step(): CustomVariableBuilder {
  return oneOf('step', 'Step', { Auto: 'auto', Day: 'day', Week: 'week', Month: 'month' }, 'auto');
}

/** How the cost of somebody in several groups is counted. */
export function counted(): CustomVariableBuilder {
  return oneOf(
    'counted',
    'Costs of members',
    { 'Split among their groups': 'split', 'In full in each group': 'full' },
    'split',
  );
}

/** Where the pages of this project's folder docs are to be read. Nobody knows where a deployment keeps them: the default says what to do. */
export function docs(): TextBoxVariableBuilder {
  const unset = 'https://set-documentation-at.example';
  return new TextBoxVariableBuilder('docs')
    .label('Documentation at')
    .description("Where you publish this project's folder docs: links such as What to do lead there")
    .defaultValue(unset)
    .current({ text: unset, value: unset });
}

function oneOf(name: string, label: string, choices: Readonly<Record<string, string>>, first: string) {
  const options = Object.entries(choices).map(([text, value]) => ({ text, value, selected: value === first }));
  return new CustomVariableBuilder(name)
    .label(label)
    .values(options.map(({ text, value }) => (text === value ? text : `${text} : ${value}`)).join(', '))
    .current({ text: options.find(({ selected }) => selected)!.text, value: first })
    .options(options)
    .allowCustomValue(false);
}

function fromQuery(name: string, label: string, sql: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(COSTS)
    .query(sql)
    .definition(sql)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.Disabled)
    .multi(false)
    .includeAll(false);
}

function many(name: string, label: string, sql: string): QueryVariableBuilder {
  return fromQuery(name, label, sql)
    .multi(true)
    .includeAll(true)
    .allValue(ALL_VALUE)
    .current({ text: ['All'], value: ['$__all'] });
}

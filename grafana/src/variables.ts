import {
  CustomVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { COSTS } from './datasources.js';
import { ALL_VALUE, IN_CLUSTER, picked } from './sql.js';

/** One cluster: figures of several clusters are never added up. One that has no cost yet is there, too. */
export function cluster(): QueryVariableBuilder {
  return fromQuery('cluster', 'Cluster', `SELECT cluster FROM reporting.clusters ORDER BY cluster`);
}

export function hub(): QueryVariableBuilder {
  return many(
    'hub',
    'Hub',
    `SELECT DISTINCT hub FROM reporting.daily_hub_costs WHERE ${IN_CLUSTER} AND $__timeFilter(day) ORDER BY hub`,
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
  const choices = ['5', '10', '20', '50'];
  return new CustomVariableBuilder('top_users')
    .label('Top users')
    .values(choices.join(','))
    .current({ text: '10', value: '10' })
    .options(choices.map((choice) => ({ text: choice, value: choice, selected: choice === '10' })))
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

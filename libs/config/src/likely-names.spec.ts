import { API_VARIABLES } from './api-config.js';
import { describeLikelyMistakes } from './likely-names.js';
import { SYNC_VARIABLES } from './sync-config.js';

const KNOWN = [...new Set([...SYNC_VARIABLES, ...API_VARIABLES])];

describe('a variable that looks like one of ours and is none', () => {
  it.each([
    ['ALOCATION', 'ALLOCATION'],
    ['EXCLUDE_HUBS', 'EXCLUDED_HUBS'],
    ['COST_BASE', 'COST_BASIS'],
    ['CLUSTERNAME', 'CLUSTER_NAME'],
    ['cluster-name', 'CLUSTER_NAME'],
    ['PROMETHUES_URL', 'PROMETHEUS_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['API_TOKEN_FILE', 'API_TOKENS_FILE'],
  ])('is named with the likely name: %s, %s', (name, meant) => {
    expect(describeLikelyMistakes({ [name]: 'x', HOME: '/root' }, KNOWN)).toEqual([
      `the variable ${name} is not known and changes nothing: is ${meant} meant?`,
    ]);
  });

  it.each([
    ...KNOWN,
    'PATH',
    'PORTS',
    'SORT',
    'HOSTNAME',
    'NODE_ENV',
    'AWS_REGION',
    'PROMETHEUS_PORT',
    'SUPPORT_PROMETHEUS_SERVER_PORT',
    'SUPPORT_PROMETHEUS_SERVER_SERVICE_PORT_HTTP',
    'COSTS_API_SERVICE_HOST',
  ])('is not %s', (name) => {
    expect(describeLikelyMistakes({ [name]: 'x' }, KNOWN)).toEqual([]);
  });

  it('is not one that is empty', () => {
    expect(describeLikelyMistakes({ ALOCATION: '' }, KNOWN)).toEqual([]);
  });
});

import { addDays, countDays, firstOfMonth, type Day } from './day.js';
import type { StatementFacts, StatementSubject } from './statement-facts.js';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `October 2026`. */
export function nameOfMonth(month: Day): string {
  return `${MONTHS[Number(month.slice(5, 7)) - 1]} ${month.slice(0, 4)}`;
}

export function describeSubject({ hubs, usergroup, user }: StatementSubject, cluster: string): string {
  return [
    ...(user === undefined ? [] : [`user ${user}`]),
    ...(usergroup === undefined ? [] : [`group ${usergroup}`]),
    hubs ? `hub ${hubs.join(', ')} of cluster ${cluster}` : `cluster ${cluster}`,
  ].join(', ');
}

export function describeStatus(facts: StatementFacts): string {
  const { unread } = facts.days;
  const gap =
    unread === 0
      ? ''
      : ` Usage of ${unread} of its days was not read, or not all of it: who bears their cost is not known.`;
  return describeFigures(facts) + gap;
}

function describeFigures({ month, today, days, version }: StatementFacts): string {
  if (version) {
    const latest =
      version.latest > version.number ? ` AWS restated it later: version ${version.latest} is the latest.` : '';
    return `Closed, version ${version.number} of ${version.closedAt.slice(0, 10)}: these figures do not change.${latest}`;
  }
  const until = firstOfMonth(month, 1);
  const length = countDays({ from: month, until });
  if (days.stored === 0) return 'Nothing is stored of this month: what it cost is not known.';
  const parts = [
    today < until ? 'The month has not ended.' : 'The month is not closed: figures may change.',
    ...(days.stored < length ? [`Costs of ${days.stored} of its ${length} days are stored.`] : []),
    ...(days.estimated > 0 ? [`AWS may still change ${days.estimated} of them.`] : []),
  ];
  return parts.join(' ');
}

/** `2026-10-01 to 2026-10-31 (UTC days)`. */
export function describePeriod(month: Day): string {
  return `${month} to ${addDays(firstOfMonth(month, 1), -1)} (UTC days)`;
}

const BASES: Readonly<Record<string, string>> = {
  amortized: 'Amortized cost of usage: reservations and Savings Plans are spread over the usage that they cover.',
  unblended: 'Unblended cost of usage, at the rate of the day; without usage that reservations or Savings Plans cover.',
  net_amortized:
    'Amortized cost of usage after discounts: reservations and Savings Plans are spread over the usage that they cover.',
  net_unblended: 'Unblended cost of usage after discounts; without usage that reservations or Savings Plans cover.',
};

export function describeBases(bases: readonly string[]): string {
  const words = bases.map((basis) => BASES[basis] ?? basis);
  return words.length === 0
    ? 'Not known.'
    : `${words.join(' Other days: ')} Tax, support, credits and refunds are not in it.`;
}

const MEASURES: Readonly<Record<string, string>> = {
  node_share: 'shares of nodes',
  memory_requested: 'requested memory',
  home_stored: 'stored bytes',
};

interface StoredPolicy {
  readonly allocation: string;
  readonly excludedHubs: readonly string[];
  readonly measures: readonly string[];
  readonly idle: string;
  readonly policies: readonly (readonly [component: string, policy: string | readonly string[]])[];
}

export function describePolicies(policies: readonly string[]): string {
  const words = policies.map(describePolicy);
  return words.length === 0 ? 'Not known.' : words.join(' Other days: ');
}

/** @param text as cost_days keeps it. */
function describePolicy(text: string): string {
  let policy: StoredPolicy;
  try {
    policy = JSON.parse(text) as StoredPolicy;
  } catch {
    return 'Not known.';
  }
  const named = new Set(policy.policies.map(([component]) => component));
  const byMeasure = new Map<string, string[]>();
  for (const [, component = '', measure = ''] of policy.measures.map((entry) => /^(.*) by (.*)$/.exec(entry) ?? [])) {
    if (named.has(component)) continue;
    byMeasure.set(component, [...(byMeasure.get(component) ?? []), MEASURES[measure] ?? measure]);
  }
  const divided = [
    ...[...byMeasure].map(([component, measures]) => `${component} by ${measures.join(', else by ')}`),
    ...policy.policies.map(([component, how]) =>
      typeof how === 'string' ? `${component}: ${how}` : `${component} in proportion to ${how.join(' and ')}`,
    ),
  ];
  return [
    policy.allocation === 'hub'
      ? "A hub's tagged cost is divided among its users (direct), other cost among all users of the cluster (shared)."
      : 'All cost is divided among all users of the cluster (shared).',
    `Divided: ${divided.join('; ')}; other components are not allocated.`,
    policy.idle === 'separate' ? 'Idle capacity is unallocated.' : 'Users bear idle capacity in proportion.',
    ...(policy.excludedHubs.length > 0 ? [`Users of ${policy.excludedHubs.join(', ')} have no names.`] : []),
  ].join(' ');
}

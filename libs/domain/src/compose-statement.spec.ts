import { OCTOBER } from '../testing/statement-facts.js';
import { composeStatement } from './compose-statement.js';
import type { CostLine, StatementFacts } from './statement-facts.js';
import { parseUsd } from './usd.js';

const line = (
  hub: string,
  user: string | null,
  direct: string,
  shared = '0',
  more: Partial<CostLine> = {},
): CostLine => ({
  hub,
  component: 'compute',
  user,
  usergroups: user === null ? null : ['research'],
  reason: user === null ? 'idle' : null,
  directUsd: parseUsd(direct),
  sharedUsd: parseUsd(shared),
  ...more,
});

const LINES = [
  line('prod', 'ana', '10', '2'),
  line('prod', 'bob', '0.0000000001', '0', { usergroups: ['research', 'teaching'] }),
  line('prod', null, '3'),
  line('lab', 'ana', '5', '0', { component: 'home storage', usergroups: ['none'] }),
  line('support', null, '0', '1.5', { component: 'core', reason: 'not allocated' }),
];

const FACTS: StatementFacts = {
  ...OCTOBER,
  policies: [
    JSON.stringify({
      allocation: 'hub',
      excludedHubs: ['binder'],
      measures: ['compute by node_share', 'compute by memory_requested', 'home storage by home_stored'],
      idle: 'separate',
      policies: [['core', ['compute']]],
    }),
  ],
  lines: LINES,
  clusterUsd: parseUsd('21.5000000001'),
};

function tableOf(facts: Partial<StatementFacts>, name: string) {
  return composeStatement({ ...FACTS, ...facts }).tables.find((table) => table.name === name);
}

const factOf = (facts: Partial<StatementFacts>, name: string) =>
  composeStatement({ ...FACTS, ...facts }).facts.find((fact) => fact.name === name)!.text;

const usd = parseUsd;

describe('the statement of a month', () => {
  it('adds up direct, shared and unallocated cost by hub and component', () => {
    expect(tableOf({}, 'hubs')).toMatchObject({
      rows: [
        ['lab', usd('5'), 0n, 0n, usd('5')],
        ['prod', usd('10.0000000001'), usd('2'), usd('3'), usd('15.0000000001')],
        ['support', 0n, 0n, usd('1.5'), usd('1.5')],
      ],
      total: ['Total', usd('15.0000000001'), usd('2'), usd('4.5'), usd('21.5000000001')],
    });
    expect(tableOf({}, 'components')!.rows.map(([name, , , , total]) => [name, total])).toEqual([
      ['compute', usd('15.0000000001')],
      ['core', usd('1.5')],
      ['home storage', usd('5')],
    ]);
  });

  it('lists users, groups in parts that add up, and why cost is unallocated', () => {
    expect(tableOf({}, 'users')!.rows).toEqual([
      ['lab', 'ana', usd('5'), 0n, usd('5')],
      ['prod', 'ana', usd('10'), usd('2'), usd('12')],
      ['prod', 'bob', 1n, 0n, 1n],
    ]);
    expect(tableOf({}, 'groups')).toMatchObject({
      rows: [
        ['none', usd('5')],
        ['research', usd('12')],
        ['teaching', 1n],
      ],
      total: ['Total', usd('17.0000000001')],
    });
    expect(tableOf({}, 'unallocated')!.rows).toEqual([
      ['idle', 'prod', 'compute', usd('3')],
      ['not allocated', 'support', 'core', usd('1.5')],
    ]);
  });

  it('shows a difference from what AWS named, to the last digit', () => {
    const difference = (clusterUsd: string) => tableOf({ clusterUsd: usd(clusterUsd) }, 'check')!.rows.at(-1);
    expect(difference('21.5000000001')).toEqual(['Difference', 0n]);
    expect(difference('21.5')).toEqual(['Difference', 1n]);
  });

  it('of a group has its part of each person, and nothing unallocated', () => {
    const of = { subject: { hubs: undefined, user: undefined, usergroup: 'teaching' }, clusterUsd: undefined };
    expect(tableOf(of, 'users')!.rows).toEqual([['prod', 'bob', 1n, 0n, 1n]]);
    expect(tableOf(of, 'unallocated')).toBeUndefined();
    expect(tableOf(of, 'summary')!.rows.at(-1)).toEqual(['Total of the month', 1n]);
    expect(factOf(of, 'for')).toBe('group teaching, cluster earth');
  });

  it('shows adjustments of closed months beside the month, with those who bear them', () => {
    const adjustments = [
      { ...line('prod', 'ana', '-1'), month: '2026-09-01' },
      { ...line('prod', 'zoe', '0.5'), month: '2026-08-01' },
      { ...line('prod', null, '0.25'), month: '2026-09-01' },
    ];
    expect(tableOf({ adjustments }, 'adjustments')!.rows).toEqual([
      ['2026-08', 'prod', 'compute', usd('0.5')],
      ['2026-09', 'prod', 'compute', usd('-0.75')],
    ]);
    expect(tableOf({ adjustments }, 'users')!.rows).toEqual([
      ['lab', 'ana', usd('5'), 0n, usd('5'), 0n],
      ['prod', 'ana', usd('10'), usd('2'), usd('12'), usd('-1')],
      ['prod', 'bob', 1n, 0n, 1n, 0n],
      ['prod', 'zoe', 0n, 0n, 0n, usd('0.5')],
    ]);
    expect(tableOf({ adjustments }, 'summary')!.rows.slice(-3)).toEqual([
      ['Total of the month', usd('21.5000000001')],
      ['Adjustments of earlier months', usd('-0.25')],
      ['Total with adjustments', usd('21.2500000001')],
    ]);
    expect(tableOf({ adjustments }, 'check')!.rows.slice(-3)).toEqual([
      ['Difference', 0n],
      ['Adjustments of earlier months', usd('-0.25')],
      ['Total with adjustments', usd('21.2500000001')],
    ]);
  });

  it.each([
    ['2026-02-01', 0, '2026-03-02', '2026-02-01 to 2026-02-28 (UTC days)'],
    ['2028-02-01', 0, '2028-03-02', '2028-02-01 to 2028-02-29 (UTC days)'],
    ['2026-11-01', 0, '2026-12-02', '2026-11-01 to 2026-11-30 (UTC days)'],
  ])('knows how long %s is', (month, stored, today, period) => {
    expect(factOf({ month, today, days: { ...OCTOBER.days, stored } }, 'period')).toBe(period);
  });

  it('says how much of a month is known, and has no amounts where nothing is', () => {
    const days = { stored: 27, estimated: 4, unread: 0 };
    expect(factOf({ month: '2026-11-01', days }, 'status')).toBe(
      'The month has not ended. Costs of 27 of its 30 days are stored. AWS may still change 4 of them.',
    );
    expect(factOf({}, 'status')).toBe('The month is not closed: figures may change.');
    const nothing = {
      month: '2020-01-01',
      days: { stored: 0, estimated: 0, unread: 0 },
      lines: [],
      bases: [],
      policies: [],
    };
    expect(factOf(nothing, 'status')).toBe('Nothing is stored of this month: what it cost is not known.');
    expect(composeStatement({ ...FACTS, ...nothing }).tables).toEqual([]);
  });

  it('says that nobody knows who bears the cost of a day whose usage was not read', () => {
    const subject = { hubs: undefined, usergroup: undefined, user: 'ana' };
    expect(factOf({ subject, days: { stored: 31, estimated: 0, unread: 2 } }, 'status')).toBe(
      'The month is not closed: figures may change. Usage of 2 of its days was not read, or not all of it: who bears their cost is not known.',
    );
  });

  it('names everything that it is limited to', () => {
    expect(factOf({ subject: { hubs: ['prod'], usergroup: 'bio', user: 'ana' } }, 'for')).toBe(
      'user ana, group bio, hub prod of cluster earth',
    );
  });

  it('of a hub without cost in a known month is 0', () => {
    const of = { lines: [], clusterUsd: undefined, subject: { hubs: ['new'], usergroup: undefined, user: undefined } };
    expect(tableOf(of, 'summary')!.rows.at(-1)).toEqual(['Total of the month', 0n]);
  });

  it('tells a closed month by its version', () => {
    const version = { number: 1, latest: 2, closedAt: '2026-11-09 05:17:00+00' };
    expect(factOf({ version }, 'status')).toBe(
      'Closed, version 1 of 2026-11-09: these figures do not change. AWS restated it later: version 2 is the latest.',
    );
  });

  it('says the policy in words', () => {
    expect(factOf({}, 'policy')).toBe(
      "A hub's tagged cost is divided among its users (direct), other cost among all users of the cluster (shared). " +
        'Divided: compute by shares of nodes, else by requested memory; home storage by stored bytes; ' +
        'core in proportion to compute; other components are not allocated. Idle capacity is unallocated. ' +
        'Users of binder have no names.',
    );
    expect(factOf({ policies: ['x'] }, 'policy')).toBe('Not known.');
  });
});

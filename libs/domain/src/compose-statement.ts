import type { AdjustmentLine, CostLine, StatementFacts, StatementSubject } from './statement-facts.js';
import type { StatementColumn, StatementDocument, StatementTable } from './statement-document.js';
import {
  describeBases,
  describePeriod,
  describePolicies,
  describeStatus,
  describeSubject,
  nameOfMonth,
} from './statement-words.js';
import { sumUsd, type Usd } from './usd.js';

/** The statement of a month. Amounts are exact: every table adds up to the total to the last digit. */
export function composeStatement(facts: StatementFacts): StatementDocument {
  const { subject } = facts;
  const lines = facts.lines.flatMap((line) => partOf(line, subject));
  const adjustments = facts.adjustments.flatMap((line) => partOf(line, subject));
  const restatements = facts.restatements.flatMap((line) => partOf(line, subject));
  const tables = isKnown(facts)
    ? [
        summaryOf(lines, adjustments),
        byPlace('hubs', 'By hub', 'hub', 'Hub', lines),
        byPlace('components', 'By component', 'component', 'Component', lines),
        ...(subject.user === undefined && subject.usergroup === undefined ? [byGroup(lines)] : []),
        ...(subject.user === undefined ? [byUser(lines, adjustments)] : []),
        unallocatedOf(lines),
        ...(adjustments.length > 0 ? [adjustmentsOf(adjustments)] : []),
        ...(restatements.length > 0 ? [restatementsOf(restatements)] : []),
        checkOf(facts, lines, adjustments),
      ].filter(({ rows, name }) => rows.length > 0 || name === 'hubs')
    : [];
  return {
    title: `Cost statement, ${nameOfMonth(facts.month)}`,
    facts: [
      { name: 'for', title: 'For', text: describeSubject(subject, facts.cluster) },
      { name: 'period', title: 'Period', text: describePeriod(facts.month) },
      { name: 'status', title: 'Status', text: describeStatus(facts) },
      ...(facts.version ? [{ name: 'version', title: 'Version', text: String(facts.version.number) }] : []),
      { name: 'cost_basis', title: 'Cost basis', text: describeBases(facts.bases) },
      { name: 'policy', title: 'Allocation', text: describePolicies(facts.policies) },
    ],
    tables,
  };
}

function isKnown({ days, version, adjustments }: StatementFacts): boolean {
  return days.stored > 0 || version !== undefined || adjustments.length > 0;
}

/** Of a person in several groups, a group's even part; parts are differences of rounded running parts, so they add up. */
function partOf<Line extends CostLine>(line: Line, { usergroup }: StatementSubject): Line[] {
  if (usergroup === undefined) return [line];
  const place = line.usergroups?.indexOf(usergroup) ?? -1;
  if (place < 0) return [];
  const part = (amount: Usd) => splitUsd(amount, line.usergroups!.length)[place]!;
  return [{ ...line, directUsd: part(line.directUsd), sharedUsd: part(line.sharedUsd) }];
}

/** Even parts that add up to the amount; each is within one unit of it. */
function splitUsd(amount: Usd, count: number): Usd[] {
  const upto = (position: number) => (amount * BigInt(position)) / BigInt(count);
  return Array.from({ length: count }, (_, index) => upto(index + 1) - upto(index));
}

const text = (name: string, title: string): StatementColumn => ({ name, title, kind: 'text' });
const usd = (name: string, title: string): StatementColumn => ({ name, title, kind: 'usd' });
const DIRECT = usd('direct_usd', 'Direct');
const SHARED = usd('shared_usd', 'Shared');
const UNALLOCATED = usd('unallocated_usd', 'Unallocated');
const TOTAL = usd('total_usd', 'Total');

const amountOf = ({ directUsd, sharedUsd }: CostLine): Usd => directUsd + sharedUsd;
const isBorne = ({ reason }: CostLine): boolean => reason === null;
const totalOf = (lines: readonly CostLine[]): Usd => sumUsd(lines.map(amountOf));

/** Direct, shared, unallocated, total. */
function sumsOf(lines: readonly CostLine[]): Usd[] {
  const borne = lines.filter(isBorne);
  const total = totalOf(lines);
  return [
    sumUsd(borne.map(({ directUsd }) => directUsd)),
    sumUsd(borne.map(({ sharedUsd }) => sharedUsd)),
    total - totalOf(borne),
    total,
  ];
}

function summaryOf(lines: readonly CostLine[], adjustments: readonly CostLine[]): StatementTable {
  const [direct = 0n, shared = 0n, unallocated = 0n, total = 0n] = sumsOf(lines);
  const adjusted = totalOf(adjustments);
  return {
    name: 'summary',
    title: 'Summary',
    columns: [text('what', 'Cost'), usd('amount_usd', 'USD')],
    rows: [
      ['Direct: from the tagged cost of hubs', direct],
      ['Shared: from cost of the whole cluster', shared],
      ['Unallocated: no user bears it', unallocated],
      ['Total of the month', total],
      ...(adjustments.length > 0
        ? [
            ['Adjustments of earlier months', adjusted],
            ['Total with adjustments', total + adjusted],
          ]
        : []),
    ],
  };
}

function byPlace(
  name: string,
  title: string,
  key: 'hub' | 'component',
  heading: string,
  lines: readonly CostLine[],
): StatementTable {
  return {
    name,
    title,
    columns: [text(key, heading), DIRECT, SHARED, UNALLOCATED, TOTAL],
    rows: grouped(lines, (line) => [line[key]]).map(([[place = ''], of]) => [place, ...sumsOf(of)]),
    total: ['Total', ...sumsOf(lines)],
  };
}

function byGroup(lines: readonly CostLine[]): StatementTable {
  const sums = new Map<string, Usd>();
  for (const line of lines.filter(isBorne)) {
    const groups = line.usergroups!;
    // As partOf has it, so that a group's own statement has the same total.
    const [direct, shared] = [line.directUsd, line.sharedUsd].map((amount) => splitUsd(amount, groups.length));
    groups.forEach((group, index) => sums.set(group, (sums.get(group) ?? 0n) + direct![index]! + shared![index]!));
  }
  return {
    name: 'groups',
    title: 'By group',
    note: 'A person in several groups counts in even parts in each, as their groups were on each day.',
    columns: [text('usergroup', 'Group'), TOTAL],
    rows: [...sums].sort(([left], [right]) => compare(left, right)),
    total: ['Total', sumUsd(sums.values())],
  };
}

function byUser(lines: readonly CostLine[], adjustments: readonly CostLine[]): StatementTable {
  const isAdjusted = adjustments.some(isBorne);
  const key = ({ hub, user }: CostLine) => [hub, user!];
  const later = new Map(grouped(adjustments.filter(isBorne), key).map(([names, of]) => [JSON.stringify(names), of]));
  const own = new Map(grouped(lines.filter(isBorne), key).map(([names, of]) => [JSON.stringify(names), of]));
  const people = [...new Set([...own.keys(), ...later.keys()])].map((names) => JSON.parse(names) as [string, string]);
  const rowOf = (of: readonly CostLine[], adjusted: readonly CostLine[]): Usd[] => {
    const [direct = 0n, shared = 0n] = sumsOf(of);
    return [direct, shared, direct + shared, ...(isAdjusted ? [totalOf(adjusted)] : [])];
  };
  return {
    name: 'users',
    title: 'By user',
    columns: [
      text('hub', 'Hub'),
      text('user', 'User'),
      DIRECT,
      SHARED,
      TOTAL,
      ...(isAdjusted ? [usd('adjustments_usd', 'Adjustments')] : []),
    ],
    rows: people.toSorted(compareNames).map((names) => {
      const name = JSON.stringify(names);
      return [...names, ...rowOf(own.get(name) ?? [], later.get(name) ?? [])];
    }),
    total: ['Total', null, ...rowOf(lines.filter(isBorne), adjustments.filter(isBorne))],
  };
}

function unallocatedOf(lines: readonly CostLine[]): StatementTable {
  const unallocated = lines.filter((line) => !isBorne(line));
  return {
    name: 'unallocated',
    title: 'Unallocated',
    note: 'Cost that no user bears, and why.',
    columns: [text('reason', 'Reason'), text('hub', 'Hub'), text('component', 'Component'), TOTAL],
    rows: grouped(unallocated, ({ reason, hub, component }) => [reason!, hub, component]).map(([names, of]) => [
      ...names,
      totalOf(of),
    ]),
    total: ['Total', null, null, totalOf(unallocated)],
  };
}

function adjustmentsOf(adjustments: readonly AdjustmentLine[]): StatementTable {
  return {
    name: 'adjustments',
    title: 'Adjustments of earlier months',
    note: 'What AWS restated of months that were closed already, since the last statement.',
    columns: [text('month', 'Month'), text('hub', 'Hub'), text('component', 'Component'), TOTAL],
    rows: grouped(adjustments, ({ month, hub, component }) => [month.slice(0, 7), hub, component]).map(
      ([names, of]) => [...names, totalOf(of)],
    ),
    total: ['Total', null, null, totalOf(adjustments)],
  };
}

function restatementsOf(restatements: readonly CostLine[]): StatementTable {
  return {
    name: 'restatements',
    title: 'Restatements since version 1',
    note: 'What AWS changed after the month was closed. It is in the figures of this version.',
    columns: [text('hub', 'Hub'), text('component', 'Component'), TOTAL],
    rows: grouped(restatements, ({ hub, component }) => [hub, component]).map(([names, of]) => [...names, totalOf(of)]),
    total: ['Total', null, totalOf(restatements)],
  };
}

/** Sums that are made apart from each other, with all digits. */
function checkOf(
  { clusterUsd }: StatementFacts,
  lines: readonly CostLine[],
  adjustments: readonly CostLine[],
): StatementTable {
  const adjusted = totalOf(adjustments);
  const borne = totalOf(lines.filter(isBorne));
  const unallocated = totalOf(lines.filter((line) => !isBorne(line)));
  const hubs = sumUsd(grouped(lines, ({ hub }) => [hub]).map(([, of]) => totalOf(of)));
  const whole = clusterUsd ?? hubs;
  return {
    name: 'check',
    title: 'It adds up',
    note: 'Amounts above are rounded to the cent, each on its own; these have every digit.',
    columns: [text('what', 'Sum'), { name: 'amount_usd', title: 'USD', kind: 'exact' }],
    rows: [
      ['Users', borne],
      ['Unallocated', unallocated],
      ['Users and unallocated', borne + unallocated],
      [clusterUsd === undefined ? 'All hubs of this statement' : 'Cluster cost that AWS named for the month', whole],
      ['Difference', borne + unallocated - whole],
      ...(adjustments.length > 0
        ? [
            ['Adjustments of earlier months', adjusted],
            ['Total with adjustments', borne + unallocated + adjusted],
          ]
        : []),
    ],
  };
}

function grouped<Line extends CostLine>(
  lines: readonly Line[],
  keyOf: (line: Line) => string[],
): [names: string[], lines: Line[]][] {
  const groups = new Map<string, [string[], Line[]]>();
  for (const line of lines) {
    const names = keyOf(line);
    const key = JSON.stringify(names);
    const group = groups.get(key);
    if (group) group[1].push(line);
    else groups.set(key, [names, [line]]);
  }
  return [...groups.values()].sort(([left], [right]) => compareNames(left, right));
}

/** As bytes, as the database sorts. */
function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function compareNames(left: readonly string[], right: readonly string[]): number {
  const index = left.findIndex((name, at) => name !== right[at]);
  return index < 0 ? 0 : compare(left[index]!, right[index]!);
}

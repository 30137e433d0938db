import {
  firstOfMonth,
  OperatorError,
  parseUsd,
  type AdjustmentLine,
  type CostLine,
  type Day,
  type StatementFacts,
} from '#libs/domain';
import { monthFacts, type MonthFilter } from './month-facts.js';
import type { ReportingDatabase } from './reporting-database.js';
import { knownNames } from './known-names.js';
import type { NameKind, Scope } from './statement.js';

/** There is no such version; the message says which there are. */
export class UnknownVersionError extends OperatorError {
  constructor(month: Day, asked: number, latest: number) {
    const there = latest === 0 ? 'it is not closed' : `its latest version is ${latest}`;
    super(`${month.slice(0, 7)} has no version ${asked}: ${there}`);
  }
}

/** Nobody ever heard of a name that the statement is for: a misspelt one must not look like one without costs. */
export class UnknownNameError extends OperatorError {
  constructor(kind: NameKind) {
    super(`${kind}: is not known: no cost was ever stored of it`);
  }
}

export interface StatementRequest extends MonthFilter {
  /** Its first day. */
  readonly month: Day;
  readonly today: Day;
  /** Undefined: version 1 of a closed month, else the figures of now. */
  readonly version: number | undefined;
}

interface VersionRow {
  readonly version: number;
  readonly cluster_usd: string;
  readonly bases: string[];
  readonly policies: string[];
  readonly closed_at: string;
}

interface DaysRow extends Pick<VersionRow, 'cluster_usd' | 'bases' | 'policies'> {
  readonly stored: number;
  readonly estimated: number;
  readonly unread: number;
}

interface LineRow extends Pick<CostLine, 'hub' | 'component' | 'user' | 'usergroups' | 'reason'> {
  readonly month?: Day;
  readonly direct_usd: string;
  readonly shared_usd: string;
}

type FactRow =
  | { readonly part: 'version'; readonly row: VersionRow }
  | { readonly part: 'days'; readonly row: DaysRow }
  | { readonly part: 'line' | 'restatement' | 'adjustment'; readonly row: LineRow };

/**
 * Reads what a statement is made of: of a closed month the frozen figures, whatever has become of the live ones.
 *
 * @param scope its window is not used: the month's is.
 * @throws UnknownVersionError, DatabaseUnavailable
 */
export async function readStatementFacts(
  database: ReportingDatabase,
  scope: Omit<Scope, 'window'>,
  request: StatementRequest,
  signal?: AbortSignal,
): Promise<StatementFacts> {
  const { month, today, version: asked, ...filter } = request;
  const window = { from: month, until: firstOfMonth(month, 1) };
  const { cluster } = scope;
  const within: Scope = { ...scope, window };
  const rows = await database.listRows<FactRow>(monthFacts(within, filter, asked), signal);
  const versions = rows
    .flatMap(({ part, row }) => (part === 'version' ? row : []))
    .sort((one, other) => one.version - other.version);
  const days = rows.find(({ part }) => part === 'days')!.row as DaysRow;
  const linesOf = (kind: FactRow['part']) =>
    rows.flatMap(({ part, row }) => (part === kind ? lineOf(row as LineRow) : []));
  const chosen = versions.find(({ version }) => version === (asked ?? 1));
  if (asked !== undefined && !chosen) throw new UnknownVersionError(month, asked, versions.length);
  const made = chosen ?? days;
  const lines = linesOf('line');
  const adjustments = linesOf('adjustment');
  if (lines.length + adjustments.length === 0) await refuseUnknown(database, within, filter, signal);
  const isWhole =
    !scope.hubs && !scope.withoutShared && !filter.hubs && !(scope.user ?? filter.user) && !filter.usergroup;
  return {
    cluster,
    month,
    today,
    subject: { hubs: hubsOf(scope, filter), usergroup: filter.usergroup, user: scope.user ?? filter.user },
    days: { stored: days.stored, estimated: days.estimated, unread: days.unread },
    version: chosen && { number: chosen.version, latest: versions.length, closedAt: chosen.closed_at },
    bases: made.bases,
    policies: made.policies,
    lines,
    adjustments,
    restatements: linesOf('restatement'),
    clusterUsd: isWhole ? parseUsd(made.cluster_usd) : undefined,
  };
}

/** Those asked for that the caller may see; undefined: all. */
function hubsOf({ hubs }: Pick<Scope, 'hubs'>, filter: MonthFilter) {
  return hubs && filter.hubs ? filter.hubs.filter((hub) => hubs.includes(hub)) : (filter.hubs ?? hubs);
}

function lineOf({ direct_usd, shared_usd, month, ...names }: LineRow): AdjustmentLine {
  return { ...names, month: month ?? '', directUsd: parseUsd(direct_usd), sharedUsd: parseUsd(shared_usd) };
}

/** @throws UnknownNameError */
async function refuseUnknown(
  database: ReportingDatabase,
  scope: Scope,
  { hubs, user, usergroup }: MonthFilter,
  signal: AbortSignal | undefined,
): Promise<void> {
  const always = { ...scope, window: { from: '0001-01-01', until: '9999-12-31' } };
  const asked: [NameKind, readonly string[]][] = [
    ['hub', hubs ?? []],
    ['user', user === undefined ? [] : [user]],
    ['usergroup', usergroup === undefined ? [] : [usergroup]],
  ];
  for (const [kind, names] of asked) {
    if (names.length === 0) continue;
    const known = await database.listNames(knownNames(always, kind, names), signal);
    if (names.some((name) => !known.includes(name))) throw new UnknownNameError(kind);
  }
}

import { Injectable } from '@nestjs/common';
import {
  findCluster,
  knownNames,
  ReportingDatabase,
  type NameFilter,
  type NameFilters,
  type NameKind,
  type Scope,
} from '#libs/database/queries';
import { FIRST_DAY, LAST_DAY } from '../parameters/day-range.js';
import { listCandidates, splitNames } from '../parameters/name-filter.js';

/** The parameters that filter by name, and what they name; the membership endpoints have words of their own. */
const KINDS: Readonly<Record<string, NameKind>> = {
  hub: 'hub',
  hub_name: 'hub',
  component: 'component',
  user: 'user',
  username: 'user',
  user_name: 'user',
  usergroup: 'usergroup',
  service: 'service',
  instance_type: 'instance_type',
};

/** A header is cut after about so many characters: names come from outside. */
const HEADER_CHARACTERS = 1_000;

/** The values of the filters of a request, as parsed. */
export type AskedNames = Readonly<Record<string, unknown>>;

/** Looks up the names that requests ask for. */
@Injectable()
export class NameLookup {
  constructor(private readonly database: ReportingDatabase) {}

  /** What the filters of a request mean. Reads the database only for values that may be lists. */
  async filtersOf(scope: Scope, asked: AskedNames, signal: AbortSignal): Promise<NameFilters> {
    const filters: Record<NameKind, NameFilter> = { ...NO_FILTER };
    for (const [, kind, values] of namesIn(asked)) {
      const candidates = listCandidates(values);
      const known = await this.#knownAmong(candidates, kind, scope, signal);
      filters[kind] = splitNames(values, known);
    }
    return filters;
  }

  /**
   * The header X-Unknown of a response without rows: the names in its request that nobody knows, on any day. To a caller
   * who may see some hubs only, names of other hubs are unknown. Undefined: there are none.
   */
  async unknownOf(scope: Scope, asked: AskedNames, signal: AbortSignal): Promise<string | undefined> {
    const isNamed = asked['cluster'] !== undefined;
    if (isNamed && !(await this.#isKnown(scope.cluster))) return headerOf('cluster', [scope.cluster]);
    const always = { ...scope, window: { from: FIRST_DAY, until: LAST_DAY } };
    // A name with commas may be known on other days alone.
    const filters = await this.filtersOf(always, asked, signal);
    const parts: string[] = [];
    for (const [parameter, kind, values] of namesIn(asked)) {
      const names = filters[kind];
      if (!names) continue;
      const known = await this.#knownAmong(names, kind, always, signal);
      // Names that Postgres cannot hold are in no list of names.
      const unknown = names.length > 0 ? names.filter((name) => !known.has(name)) : values;
      if (unknown.length > 0) parts.push(headerOf(parameter, unknown));
    }
    return parts.length > 0 ? parts.join(', ').slice(0, HEADER_CHARACTERS) : undefined;
  }

  async #knownAmong(
    names: readonly string[],
    kind: NameKind,
    scope: Scope,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    return new Set(names.length > 0 ? await this.database.listNames(knownNames(scope, kind, names), signal) : []);
  }

  async #isKnown(cluster: string): Promise<boolean> {
    return (await this.database.list(findCluster(cluster))).length > 0;
  }
}

/** `hub=prdo`, percent-encoded: header values hold ASCII. */
export function headerOf(parameter: string, names: readonly string[]): string {
  return names
    .map((name) => `${parameter}=${encodeURIComponent(name.replaceAll(/\p{Surrogate}/gu, '\ufffd'))}`)
    .join(', ');
}

export const NO_FILTER: NameFilters = {
  hub: undefined,
  component: undefined,
  user: undefined,
  usergroup: undefined,
  service: undefined,
  instance_type: undefined,
};

function namesIn(asked: AskedNames): (readonly [parameter: string, kind: NameKind, values: readonly string[]])[] {
  return Object.entries(asked).flatMap(([parameter, values]) => {
    const kind = Object.hasOwn(KINDS, parameter) ? KINDS[parameter] : undefined;
    return kind && Array.isArray(values) ? [[parameter, kind, values as readonly string[]] as const] : [];
  });
}

/** The range at the top of a dashboard. */
export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
}

// As in pkg/tsdb/grafana-postgresql-datasource/macros.go: a dollar, a word, and everything up to the first `)`.
const MACRO = /\$([_a-zA-Z0-9]+)\(([^)]*)\)/g;

const SECONDS_PER: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Expands the macros of Grafana's Postgres datasource, as its back end does after the front end has put the variables in.
 *
 * @throws Error for whatever looks like a macro and is none, as Grafana does.
 */
export function expandMacros(sql: string, range: TimeRange): string {
  return sql
    .replaceAll('$__unixEpochFrom()', String(epoch(range.from)))
    .replaceAll('$__unixEpochTo()', String(epoch(range.to)))
    .replace(MACRO, (macro, name: string, list: string, offset: number, whole: string) => {
      const args = list.split(',').map((argument) => argument.replace(/^ +| +$/g, ''));
      // Before a comma, the old spelling with the alias is meant.
      const alias = name === '__timeGroup' && whole.charAt(offset + macro.length) === ',';
      return expand(alias ? '__timeGroupAlias' : name, args, range);
    });
}

function expand(name: string, args: readonly string[], range: TimeRange): string {
  const [column = '', interval = ''] = args;
  switch (name) {
    case '__time':
      return `${column} AS "time"`;
    case '__timeEpoch':
      return `extract(epoch from ${column}) as "time"`;
    case '__timeFilter':
      return `${column} BETWEEN '${rfc3339(range.from)}' AND '${rfc3339(range.to)}'`;
    case '__timeFrom':
      return `'${rfc3339(range.from)}'`;
    case '__timeTo':
      return `'${rfc3339(range.to)}'`;
    case '__timeGroup': {
      const seconds = parseInterval(interval);
      return `floor(extract(epoch from ${column})/${seconds})*${seconds}`;
    }
    case '__timeGroupAlias':
      return `${expand('__timeGroup', args, range)} AS "time"`;
    case '__unixEpochFilter':
      return `${column} >= ${epoch(range.from)} AND ${column} <= ${epoch(range.to)}`;
    default:
      throw new Error(`unknown macro "${name}"`);
  }
}

function parseInterval(text: string): number {
  const match = /^'?(\d+)([smhdw])'?$/.exec(text);
  if (!match) throw new Error(`error parsing interval ${text}`);
  return Number(match[1]) * (SECONDS_PER[match[2] as string] as number);
}

/** RFC 3339 with nanoseconds, whose trailing zeros Go leaves out. */
function rfc3339(instant: Date): string {
  return instant.toISOString().replace(/\.?0*Z$/, 'Z');
}

function epoch(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}

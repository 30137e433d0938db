import { csvCell, formatUsd, type StatementCell, type StatementDocument } from '#libs/domain';

/** Amounts are JSON numbers with every digit that they have. */
export function writeJson({ title, facts, tables }: StatementDocument): string {
  const named = (names: readonly string[], row: readonly StatementCell[]) =>
    Object.fromEntries(names.map((name, index) => [name, row[index] ?? null]));
  const document = {
    title,
    ...Object.fromEntries(facts.map(({ name, text }) => [name, text])),
    ...Object.fromEntries(
      tables.map(({ name, columns, rows }) => {
        const names = columns.map((column) => column.name);
        return [name, rows.map((row) => named(names, row))];
      }),
    ),
  };
  const json = JSON.stringify(
    document,
    (_key, value: unknown) => (typeof value === 'bigint' ? MARK + trimmed(value) : value),
    2,
  );
  // JSON writes no decimals. No name holds the mark: the database stores no NUL.
  return json.replaceAll(/"\\u0000(-?[\d.]+)"/g, '$1');
}

const MARK = '\u0000';

/** All tables in one: a row says which table it is of, and has the columns of that table. */
export function writeCsv({ title, facts, tables }: StatementDocument): string {
  const names = [...new Set(['what', 'text', ...tables.flatMap(({ columns }) => columns.map(({ name }) => name))])];
  const rowOf = (table: string, cells: Readonly<Record<string, StatementCell>>) =>
    [table, ...names.map((name) => cellOf(cells[name] ?? null))].join(',');
  const lines = [
    ['table', ...names].join(','),
    ...[{ name: 'title', text: title }, ...facts].map(({ name, text }) => rowOf('statement', { what: name, text })),
    ...tables.flatMap(({ name, columns, rows }) =>
      rows.map((row) => rowOf(name, Object.fromEntries(columns.map((column, at) => [column.name, row[at] ?? null])))),
    ),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function cellOf(cell: StatementCell): string {
  return typeof cell === 'bigint' ? trimmed(cell) : cell === null ? '' : csvCell(cell);
}

function trimmed(amount: bigint): string {
  return formatUsd(amount).replace(/\.?0+$/, '');
}

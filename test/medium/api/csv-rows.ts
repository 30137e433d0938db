import { formatUsd, parseUsd, sumUsd } from '#libs/domain';

/** The rows of RFC 4180, by their header. */
export function parseCsv(text: string): Record<string, string>[] {
  const lines = [...text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/g)];
  const table: string[][] = [[]];
  for (const [, cell = '', end] of lines) {
    table.at(-1)!.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end !== ',') table.push([]);
  }
  const [header = [], ...rows] = table.filter((row) => row.length > 1);
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}

/** With ten digits; an empty cell is no amount. */
export function sumOf(rows: readonly Record<string, string>[], column: string): string {
  return formatUsd(sumUsd(rows.flatMap((row) => (row[column] ? [parseUsd(row[column])] : []))));
}

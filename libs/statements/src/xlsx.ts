import { formatUsd, type StatementCell, type StatementDocument, type StatementTable } from '#libs/domain';
import writeExcelFile, { type Cell, type Sheet } from 'write-excel-file/node';

/** A sheet for the facts and the summary, and one for each other table. Amounts are numbers, everything else is text. */
export async function writeXlsx({ title, facts, tables }: StatementDocument): Promise<Buffer> {
  const summary = tables.find(({ name }) => name === 'summary');
  const others = tables.filter((table) => table !== summary);
  const first = [
    [bold(title)],
    ...facts.map((fact) => [bold(fact.title), text(fact.text)]),
    ...(summary ? [[], ...rowsOf(summary)] : []),
  ];
  const sheets = [
    { sheet: 'Summary', data: first, columns: [{ width: 42 }, { width: 18 }] },
    ...others.map((table) => ({
      sheet: table.title,
      data: rowsOf(table),
      columns: table.columns.map(({ kind }) => ({ width: kind === 'text' ? 30 : 18 })),
      stickyRowsCount: 1,
    })),
  ];
  return writeExcelFile(sheets as Sheet<never>[]).toBuffer();
}

function rowsOf({ columns, rows, total }: StatementTable): Cell[][] {
  const cells = (row: readonly StatementCell[], more: object = {}) =>
    columns.map(({ kind }, index) => cellOf(row[index] ?? null, { ...more, ...(kind !== 'text' && FORMATS[kind]) }));
  return [
    columns.map((column) => bold(column.title)),
    ...rows.map((row) => cells(row)),
    ...(total ? [cells(total, { fontWeight: 'bold' })] : []),
  ];
}

const FORMATS = { usd: { format: '#,##0.00' }, exact: { format: '0.0000000000' } } as const;

/** A cell of type text stays text, whatever sign it begins with. */
function cellOf(cell: StatementCell, style: object): Cell {
  if (cell === null) return null;
  return (
    typeof cell === 'bigint' ? { ...style, type: Number, value: Number(formatUsd(cell)) } : { ...style, ...text(cell) }
  ) as Cell;
}

function text(value: string) {
  return { type: String, value };
}

function bold(value: string): Cell {
  return { ...text(value), fontWeight: 'bold' } as Cell;
}

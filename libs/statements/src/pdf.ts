import {
  formatUsd,
  type StatementCell,
  type StatementColumn,
  type StatementDocument,
  type StatementTable,
} from '#libs/domain';
import pdfmake from 'pdfmake';
import roboto from 'pdfmake/fonts/Roboto.js';
import { formatCents } from './format-cents.js';

const FILES = Object.values(roboto).flatMap((styles) => Object.values(styles));
pdfmake.setFonts(roboto);
// Nothing in a statement is fetched, and nothing but the fonts is read.
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((path) => FILES.includes(path));

/** Of A4, in points. */
const PAGE_WIDTH = 595.28;
const MARGIN = 40;
/** Between two columns of a table. */
const GAP = 16;
const WIDTHS = { usd: 62, exact: 110 };

/** Takes a second of processor time for 2,000 users: a server calls it in a worker. */
export async function writePdf({ title, facts, tables }: StatementDocument): Promise<Buffer> {
  const definition = {
    info: { title, producer: 'jupyterhub-cost-monitoring' },
    pageSize: 'A4',
    pageMargins: [MARGIN, MARGIN, MARGIN, 50],
    defaultStyle: { fontSize: 9 },
    styles: {
      title: { fontSize: 16, bold: true, margin: [0, 0, 0, 8] },
      heading: { fontSize: 11, bold: true, margin: [0, 12, 0, 3] },
      note: { italics: true, color: '#555555', margin: [0, 0, 0, 3] },
    },
    footer: (page: number, pages: number) => ({
      columns: [title, { text: `Page ${page} of ${pages}`, alignment: 'right' }],
      fontSize: 8,
      color: '#555555',
      margin: [MARGIN, 15, MARGIN, 0],
    }),
    content: [
      { text: title, style: 'title' },
      {
        layout: 'noBorders',
        table: {
          widths: [60, PAGE_WIDTH - 2 * MARGIN - 60 - GAP],
          body: facts.map((fact) => [{ text: fact.title, bold: true }, printable(fact.text)]),
        },
      },
      ...tables.flatMap(describeTable),
    ],
  };
  return pdfmake.createPdf(definition).getBuffer();
}

function describeTable({ title, note, columns, rows, total }: StatementTable): object[] {
  const header = columns.map((column) => ({ text: column.title, bold: true, alignment: alignmentOf(column) }));
  const bodyRow = (row: readonly StatementCell[], more: object = {}) =>
    columns.map((column, index) => ({
      text: formatCell(row[index] ?? null, column),
      alignment: alignmentOf(column),
      ...more,
    }));
  return [
    { text: title, style: 'heading' },
    ...(note === undefined ? [] : [{ text: note, style: 'note' }]),
    {
      layout: 'lightHorizontalLines',
      table: {
        headerRows: 1,
        widths: widthsOf(columns),
        body: [header, ...rows.map((row) => bodyRow(row)), ...(total ? [bodyRow(total, { bold: true })] : [])],
      },
    },
  ];
}

/** Fixed: in a column that fits its text, a long name is not broken, and pushes the others off the page. */
function widthsOf(columns: readonly StatementColumn[]): number[] {
  const amounts = columns.map(({ kind }) => (kind === 'text' ? 0 : WIDTHS[kind]));
  const taken = amounts.reduce((sum, width) => sum + width, GAP * (columns.length - 1));
  const texts = amounts.filter((width) => width === 0).length;
  return amounts.map((width) => width || (PAGE_WIDTH - 2 * MARGIN - taken) / texts);
}

function formatCell(cell: StatementCell, { kind }: StatementColumn): string {
  if (typeof cell !== 'bigint') return printable(cell ?? '');
  return kind === 'exact' ? formatUsd(cell) : formatCents(cell);
}

function alignmentOf({ kind }: StatementColumn): string {
  return kind === 'text' ? 'left' : 'right';
}

/** Two names in a script that the font lacks would look the same: what it lacks is written as `\u{6771}`. */
function printable(text: string): string {
  return text.replaceAll(NOT_IN_FONT, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Latin, Greek, Cyrillic and their punctuation are in it. */
const NOT_IN_FONT = /[^\u0020-\u052f\u1e00-\u1fff\u2010-\u2044\u20ac]/gu;

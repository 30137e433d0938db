import type { StatementDocument } from '#libs/domain';
import { writePdf } from './pdf.js';
import { writeCsv, writeJson } from './text.js';
import { writeXlsx } from './xlsx.js';

/** The media type of each format that a statement is written in. */
export const STATEMENT_FORMATS = {
  pdf: 'application/pdf',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
} as const;
export type StatementFormat = keyof typeof STATEMENT_FORMATS;

export async function writeStatement(document: StatementDocument, format: StatementFormat): Promise<Buffer> {
  switch (format) {
    case 'pdf':
      return writePdf(document);
    case 'xlsx':
      return writeXlsx(document);
    case 'csv':
      return Buffer.from(writeCsv(document));
    case 'json':
      return Buffer.from(writeJson(document));
  }
}

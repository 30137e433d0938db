import { createHash } from 'node:crypto';
import type { Day, StatementDocument } from '#libs/domain';
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

/** What a statement is for; undefined: not limited to one. */
export interface StatementScope {
  readonly month: Day;
  readonly hub: string | undefined;
  readonly usergroup: string | undefined;
  readonly user: string | undefined;
  readonly version: number | undefined;
}

/** A name of its own for each, so that one file does not take the place of another's: `statement-2026-10-user-ada.pdf`. */
export function statementFileName(
  { month, hub, usergroup, user, version }: StatementScope,
  format: StatementFormat,
): string {
  const names = Object.entries({ hub, group: usergroup, user }).flatMap(([kind, name]) =>
    name === undefined ? [] : [kind, plain(name)],
  );
  const parts = ['statement', month.slice(0, 7), ...names, ...(version === undefined ? [] : [`v${version}`])];
  return `${parts.join('-')}.${format}`;
}

/** With nothing that a file system or a header could mistake; what was changed is told apart by its digest. */
function plain(name: string): string {
  const kept = name.replaceAll(/[^\w.@+-]+/g, '_').slice(0, 60);
  return kept === name ? name : `${kept}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

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

import { harmless } from '#libs/domain';
import type { Finding, Status } from './finding.js';

const STATUSES: readonly Status[] = ['ok', 'warning', 'failure', 'skipped'];
const HEADINGS = ['STATUS', 'CHECK', 'FOUND', 'REMEDY'];
const GAP = '  ';
const STATUS_WIDTH = 7;
const CHECK_WIDTH = 30;
/** Narrower than this, a column of prose is a column of words. */
const LEAST_PROSE_WIDTH = 24;

/** The findings as a table of at most `width` columns, cells wrapped between words, ending in a newline. */
export function formatTable(findings: readonly Finding[], width: number): string {
  const rest = width - STATUS_WIDTH - CHECK_WIDTH - 3 * GAP.length;
  const found = Math.max(LEAST_PROSE_WIDTH, Math.floor(rest / 2));
  const widths = [STATUS_WIDTH, CHECK_WIDTH, found, Math.max(LEAST_PROSE_WIDTH, rest - found)];
  const rows = findings.map(({ status, check, found: what, remedy }) => [
    status,
    ...[check, what, remedy].map(harmless),
  ]);
  return [HEADINGS, ...rows].flatMap((cells) => formatRow(cells, widths)).join('');
}

/** `12 ok, 2 warnings, 1 failure`; what there is none of is left out. */
export function formatTally(findings: readonly Finding[]): string {
  return STATUSES.flatMap((status) => {
    const count = findings.filter((finding) => finding.status === status).length;
    const plural = count === 1 || status === 'ok' || status === 'skipped' ? status : `${status}s`;
    return count === 0 ? [] : [`${count} ${plural}`];
  }).join(', ');
}

function formatRow(cells: readonly string[], widths: readonly number[]): string[] {
  const columns = cells.map((cell, index) => wrap(cell, widths[index]!));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const parts = columns.map((lines, index) => (lines[line] ?? '').padEnd(widths[index]!));
    return `${parts.join(GAP).trimEnd()}\n`;
  });
}

/** A word that is longer than a line keeps a line of its own: a tag or a command is copied from here. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

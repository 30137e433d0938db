/**
 * A text as a cell of RFC 4180. One that a spreadsheet would take for a formula gets an apostrophe, as in all our CSV: names come
 * from outside. libs/database says the same in SQL.
 */
export function csvCell(text: string): string {
  return `"${FORMULA.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`;
}

/** Also after blanks and what is not to be seen, which a spreadsheet skips; with the full-width and small forms. */
const FORMULA = /^[\t\n\r]|^[\s\p{Cc}\p{Cf}]*[=+@\-\uff1d\uff0b\uff20\uff0d\ufe66\ufe62\ufe6b\ufe63]/u;

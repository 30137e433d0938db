import type { Statement } from './statement.js';

/**
 * How the rows of a statement become a response. `rows`: a JSON array of objects; `names`: a JSON array of texts, the rows' column
 * `name`; `csv`: a header line with these columns, which are those of the statement in their order, and a line per row.
 * `bom`: with the byte order mark that tells Excel that the file is UTF-8.
 */
export type ResponseShape = 'rows' | 'names' | { readonly csv: readonly string[]; readonly bom: boolean };

/** What stands around the texts that Postgres makes of the rows. */
export interface ResponseFrame {
  readonly opening: string;
  readonly beforeFirst: string;
  readonly between: string;
  readonly closing: string;
}

/** The statement as one whose rows are the response's elements, in one column of text: Postgres keeps every digit. */
export function asText(statement: Statement, shape: ResponseShape): Statement {
  const element = typeof shape !== 'string' ? (statement.csvLine ?? CSV_LINE) : shape === 'rows' ? JSON_ROW : JSON_NAME;
  return { ...statement, text: `SELECT ${element} FROM (${statement.text}) response` };
}

export function frameOf(shape: ResponseShape): ResponseFrame {
  return typeof shape === 'string'
    ? { opening: '[', beforeFirst: '', between: ',\n', closing: ']' }
    : {
        opening: (shape.bom ? '\ufeff' : '') + shape.csv.join(','),
        beforeFirst: '\r\n',
        between: '\r\n',
        closing: '\r\n',
      };
}

/** The whole response where nothing matches. */
export function withoutRows(shape: ResponseShape): string {
  const { opening, closing } = frameOf(shape);
  return opening + closing;
}

const JSON_ROW = 'row_to_json(response)::text';
const JSON_NAME = 'to_json(response.name)::text';

/** Blanks and what is not to be seen, which a spreadsheet skips; listed, as `\s` means other characters in each locale. */
const BLANKS =
  '[\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff]';
/** With the full-width and small forms, which a spreadsheet in East Asia takes for the same. */
const SIGNS = '[=+@\\uff1d\\uff0b\\uff20\\uff0d\\ufe66\\ufe62\\ufe6b\\ufe63]';

/**
 * A text as a cell of RFC 4180, in quotes. One that a spreadsheet would take for a formula gets an apostrophe, since names
 * come from outside (OWASP, CSV injection); an amount below 0 is none.
 *
 * @param text SQL of our own.
 */
export function quotedCell(text: string): string {
  return `'"' || CASE
            WHEN ${text} ~ '^[\\t\\n\\r]|^${BLANKS}*(${SIGNS}|-(?!\\d+(\\.\\d+)?$))' THEN ''''
            ELSE '' END || replace(${text}, '"', '""') || '"'`;
}

/**
 * A line of RFC 4180, every text in quotes, numbers bare: in the column `cost` a text is an amount. An array is the text of
 * its JSON.
 */
const CSV_LINE = `(
    SELECT string_agg(
      CASE CASE WHEN field.name = 'cost' THEN 'number' WHEN json_typeof(field.value) = 'array' THEN 'string'
          ELSE json_typeof(field.value) END
        WHEN 'string' THEN ${quotedCell('content')}
        WHEN 'null' THEN ''
        ELSE content END,
      ',' ORDER BY field.place)
    FROM json_each(row_to_json(response)) WITH ORDINALITY AS field (name, value, place),
      LATERAL (SELECT field.value #>> '{}' AS content) AS unquoted
  )`;

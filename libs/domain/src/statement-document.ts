import type { Usd } from './usd.js';

/** `usd` is written in cents where people read it, `exact` with all ten digits. */
export interface StatementColumn {
  readonly name: string;
  readonly title: string;
  readonly kind: 'text' | 'usd' | 'exact';
}

/** null: not known, or there is none. */
export type StatementCell = string | Usd | null;

export interface StatementTable {
  readonly name: string;
  readonly title: string;
  readonly note?: string;
  readonly columns: readonly StatementColumn[];
  readonly rows: readonly (readonly StatementCell[])[];
  /** The sum of the rows, in the columns that have one. */
  readonly total?: readonly StatementCell[];
}

/** A statement of a month before it is written as JSON, CSV, XLSX or PDF: all of them have the same content. */
export interface StatementDocument {
  readonly title: string;
  readonly facts: readonly { readonly name: string; readonly title: string; readonly text: string }[];
  readonly tables: readonly StatementTable[];
}

import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { COSTS } from './datasources.js';

/** The raw text that stands for All: a picked list is never empty, and thousands of names need not be listed. */
export const ALL_VALUE = "'__all__'";

/** The cluster picked at the top. */
export const IN_CLUSTER = 'cluster = ${cluster:sqlstring}';

/** Condition: All is picked for the variable. It is constant, so the planner drops what stands beside it. */
export function allPicked(variable: string): string {
  return `${listOf(variable)} @> ARRAY[${ALL_VALUE}]`;
}

/** Condition: All is picked for users and for groups: sums of everybody answer. */
export const EVERYBODY = `${allPicked('user')} AND ${allPicked('usergroup')}`;

/**
 * Condition: the column holds one of the values picked for the variable.
 *
 * Grafana doubles single quotes, which is right, and puts a backslash before double quotes, which PostgreSQL would take
 * for part of the name: it is taken off again.
 */
export function isPicked(variable: string, column = variable): string {
  return `${column} = ANY (${valuesOf(variable)})`;
}

/** Condition: one of the values of an array column is picked for the variable. */
export function isOneOfPicked(variable: string, arrayColumn: string): string {
  return `${arrayColumn} && ${valuesOf(variable)}`;
}

/** Condition: the column holds one of the values picked for the variable, or All is picked. */
export function picked(variable: string, column = variable): string {
  return `(${allPicked(variable)} OR ${isPicked(variable, column)})`;
}

function valuesOf(variable: string): string {
  return `ARRAY(SELECT replace(value, '\\"', '"') FROM unnest(${listOf(variable)}) AS value)`;
}

function listOf(variable: string): string {
  return `ARRAY[\${${variable}:sqlstring}]::text[]`;
}

/** What Grafana makes of the rows: one series per value of the column `metric`, or a table. */
export type SqlFormat = 'time_series' | 'table';

export interface SqlDataquery extends Dataquery {
  readonly refId: string;
  readonly datasource: typeof COSTS;
  readonly format: SqlFormat;
  readonly rawQuery: true;
  readonly editorMode: 'code';
  readonly rawSql: string;
}

/** A query of a panel; the SDK has no builder for SQL datasources. */
export class SqlQuery implements Builder<SqlDataquery> {
  constructor(
    private readonly rawSql: string,
    private readonly format: SqlFormat,
  ) {}

  build(): SqlDataquery {
    return {
      refId: 'A',
      datasource: COSTS,
      format: this.format,
      rawQuery: true,
      editorMode: 'code',
      rawSql: this.rawSql.trim(),
      _implementsDataqueryVariant() {},
    };
  }
}

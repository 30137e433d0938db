import { types, type Client } from 'pg';
import { openClient } from '../../support/database.js';
import { dashboardOf, type DashboardQuery } from './dashboard-files.js';
import { expandMacros, type TimeRange } from './expand-macros.js';
import { ALL, expandVariables, type Picked, type PickedVariable } from './expand-variables.js';

/** What Grafana makes of a column's type. */
export type FieldType = 'time' | 'number' | 'string' | 'boolean' | 'other';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
}

export type Value = string | number | boolean | Date | null;

export interface Frame {
  readonly fields: readonly Field[];
  readonly rows: readonly (readonly Value[])[];
}

// As convertResultsToFrame does: dates and timestamps are times, every kind of number is a number, the rest is text.
const FIELD_TYPES: Readonly<Record<number, FieldType>> = {
  [types.builtins.DATE]: 'time',
  [types.builtins.TIMESTAMP]: 'time',
  [types.builtins.TIMESTAMPTZ]: 'time',
  [types.builtins.INT2]: 'number',
  [types.builtins.INT4]: 'number',
  [types.builtins.INT8]: 'number',
  [types.builtins.NUMERIC]: 'number',
  [types.builtins.FLOAT4]: 'number',
  [types.builtins.FLOAT8]: 'number',
  [types.builtins.BOOL]: 'boolean',
  [types.builtins.TEXT]: 'string',
};

/**
 * Grafana's way from a dashboard's query to its rows: variables, macros, and the Postgres datasource, connected as
 * `grafana_reader` with the settings that its log-in has.
 */
export class Grafana {
  private constructor(
    private readonly client: Client,
    private readonly range: TimeRange,
  ) {}

  /** @param url of a superuser, who then acts as the reader: the role has no password to log in with. */
  static async connect(url: string, range: TimeRange): Promise<Grafana> {
    const client = await openClient(url);
    await becomeReader(client);
    return new Grafana(client, range);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  /** Every name that is not in `picked` is All where the variable has it. */
  async ask(query: DashboardQuery, picked: Readonly<Record<string, Picked>>): Promise<Frame> {
    return this.run(expandMacros(expandVariables(query.sql, await this.variablesOf(query, picked)), this.range));
  }

  /** Rows of a query with one text column. */
  async optionsOf(query: DashboardQuery, picked: Readonly<Record<string, Picked>>): Promise<string[]> {
    return (await this.ask(query, picked)).rows.map(([value]) => String(value));
  }

  /** The SQL as it is sent. */
  async expand(query: DashboardQuery, picked: Readonly<Record<string, Picked>>): Promise<string> {
    return expandMacros(expandVariables(query.sql, await this.variablesOf(query, picked)), this.range);
  }

  async run(sql: string): Promise<Frame> {
    const result = await this.client.query<Value[]>({ text: sql, rowMode: 'array' });
    const fields = result.fields.map(({ name, dataTypeID }) => ({ name, type: FIELD_TYPES[dataTypeID] ?? 'other' }));
    return {
      fields,
      rows: result.rows.map((row) => row.map((value, index) => convert(value, fields[index]!.type))),
    };
  }

  private async variablesOf(
    query: DashboardQuery,
    picked: Readonly<Record<string, Picked>>,
  ): Promise<PickedVariable[]> {
    return dashboardOf(query.dashboard).templating.list.map((variable) => {
      const value = picked[variable.name] ?? (variable.includeAll ? ALL : undefined);
      return { variable, picked: value ?? '', options: [] };
    });
  }
}

/** Acts as the reader from here on, with the settings that a log-in as the reader would have. */
export async function becomeReader(client: Client): Promise<void> {
  const { rows } = await client.query<{ rolconfig: string[] }>(
    `SELECT rolconfig FROM pg_roles WHERE rolname = 'grafana_reader'`,
  );
  for (const setting of rows[0]?.rolconfig ?? []) {
    const [name, value] = setting.split('=');
    await client.query(`SELECT set_config($1, $2, false)`, [name, value]);
  }
  await client.query('SET SESSION AUTHORIZATION grafana_reader');
}

/** Dates are read as UTC, numbers of every kind become floating point: so does Grafana. */
function convert(value: unknown, type: FieldType): Value {
  if (value === null) return null;
  if (type === 'number') return Number(value);
  return value as Value;
}

// A day is midnight UTC in Grafana, wherever the server and this process are.
types.setTypeParser(types.builtins.DATE, (text) => new Date(`${text}T00:00:00.000Z`));
types.setTypeParser(types.builtins.TIMESTAMP, (text) => new Date(`${text.replace(' ', 'T')}Z`));

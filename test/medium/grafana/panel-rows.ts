import { createTestDatabase, execute, type TestDatabase } from '../../support/database.js';
import { CHOSEN, queryNamed } from './dashboard-files.js';
import { CLUSTER, fillEstate, RANGE } from './estate.js';
import type { TimeRange } from './expand-macros.js';
import type { Picked } from './expand-variables.js';
import { Grafana, type Value } from './grafana.js';

export type Row = Record<string, Value>;

/** The panels of one dashboard on the hand-made estate, read as the reader role reads them. */
export class Panels {
  #database: TestDatabase | undefined;

  /** From before a file's first test until after its last. */
  constructor(private readonly uid: string) {
    beforeAll(async () => {
      this.#database = await createTestDatabase();
      await fillEstate(this.#database.url);
    });
    afterAll(() => this.#database?.drop());
  }

  get database(): TestDatabase {
    return this.#database!;
  }

  /** Makes compute usage of some days `missing`, or `final`. @param days a condition on the day, such as `= '2026-03-03'`. */
  async markCompute(days: string, status: 'missing' | 'final'): Promise<void> {
    await execute(
      this.database.url,
      `UPDATE usage_days SET status = '${status}', detail = nullif('${status}', 'final')
       WHERE dataset = 'compute' AND day ${days}`,
    );
  }

  /** Makes the days from one on such that were last read before they ended. */
  async markRunning(from: string): Promise<void> {
    await execute(this.database.url, `UPDATE cost_days SET is_running = day >= '${from}'`);
  }

  /** Rows of a panel as objects; noon of a day and midnight are shown as the date. */
  async rowsOf(title: string, picked: Record<string, Picked> = {}, range: TimeRange = RANGE): Promise<Row[]> {
    const grafana = await Grafana.connect(this.database.url, range);
    try {
      const frame = await grafana.ask(queryNamed(this.uid, title), { cluster: CLUSTER, ...CHOSEN, ...picked });
      return frame.rows.map((row) =>
        Object.fromEntries(frame.fields.map(({ name }, index) => [name, shown(row[index])])),
      );
    } finally {
      await grafana.close();
    }
  }

  async onlyRow(title: string, picked: Record<string, Picked> = {}, range: TimeRange = RANGE): Promise<Row> {
    const rows = await this.rowsOf(title, picked, range);
    expect(rows).toHaveLength(1);
    return rows[0]!;
  }

  /** A chart as one line per point. */
  async points(title: string, picked: Record<string, Picked> = {}, range: TimeRange = RANGE): Promise<string[]> {
    return (await this.rowsOf(title, picked, range)).map(
      ({ time, metric, value }) => `${String(time)} ${String(metric)} ${String(value)}`,
    );
  }
}

function shown(value: Value | undefined): Value {
  if (typeof value === 'number') return Number(value.toFixed(6));
  return value instanceof Date ? value.toISOString().replace(/T(00|12):00:00.000Z$/, '') : (value ?? null);
}

export const range = (from: string, to: string): TimeRange => ({ from: new Date(from), to: new Date(to) });

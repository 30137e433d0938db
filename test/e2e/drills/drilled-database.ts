import { randomBytes } from 'node:crypto';
import { WRITTEN_TABLES } from '#libs/database';
import type { QueryResultRow } from 'pg';
import pg from 'pg';
import { createEmptyTestDatabase, execute, urlOfDatabase } from '../../support/database.js';
import { waitUntil } from '../../support/wait-until.js';

/** What a run left in sync_runs. */
export interface RunRow {
  readonly source: string;
  readonly status: string;
  readonly requests: number;
  readonly error: string | null;
}

/**
 * Every table with figures, and what two syncs of the same estate cannot have in common: the first sync closes no month, and
 * one that was killed counts as the first.
 */
const OF_THE_SYNCS = ['sync_runs', 'sync_locks', 'closed_months', 'closed_costs'];
const TABLES = WRITTEN_TABLES.filter((table) => !OF_THE_SYNCS.includes(table));
const OF_THE_RUN = ['id', 'run_id', 'seen_at', 'read_at', 'closed_at', 'recorded_at'];

/** A database that syncs are let loose on. */
export class DrilledDatabase {
  private readonly pool: pg.Pool;

  private constructor(
    readonly url: string,
    private readonly adminUrl: string,
  ) {
    this.pool = new pg.Pool({ connectionString: url });
    // Servers are killed on purpose; whoever asks next learns of it.
    this.pool.on('error', () => {});
  }

  /** An empty one: what a first start finds. */
  static async create(): Promise<DrilledDatabase> {
    const { url } = await createEmptyTestDatabase();
    return new DrilledDatabase(url, process.env['TEST_DATABASE_ADMIN_URL']!);
  }

  /** Another server's. */
  static at(url: string): DrilledDatabase {
    return new DrilledDatabase(url, url);
  }

  /** A copy, made while nobody is connected to this one: its own connections are closed for it. */
  async clone(): Promise<DrilledDatabase> {
    const original = new URL(this.url).pathname.slice(1);
    const copy = `drill_${randomBytes(6).toString('hex')}`;
    await execute(
      this.adminUrl,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${original}'`,
    );
    await execute(this.adminUrl, `CREATE DATABASE ${copy} TEMPLATE ${original}`);
    return new DrilledDatabase(urlOfDatabase(this.adminUrl, copy), this.adminUrl);
  }

  async drop(): Promise<void> {
    await this.end();
    await execute(this.adminUrl, `DROP DATABASE ${new URL(this.url).pathname.slice(1)} WITH (FORCE)`);
  }

  async end(): Promise<void> {
    await this.pool.end();
  }

  async query<Row extends QueryResultRow>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, [...parameters])).rows;
  }

  /** Every run, oldest first. */
  async runs(): Promise<RunRow[]> {
    return this.query<RunRow>(`SELECT source, status, requests, error FROM sync_runs ORDER BY id`);
  }

  async latestRun(source: string): Promise<RunRow | undefined> {
    return (await this.runs()).findLast((run) => run.source === source);
  }

  /** Every stored row, as text, without the ids and times of the runs that wrote it. */
  async everyRow(): Promise<Set<string>> {
    const rows = new Set<string>();
    for (const table of TABLES) {
      const lines = await this.query<{ line: string }>(
        `SELECT (to_jsonb(t) - $1::text[])::text AS line FROM ${table} t`,
        [OF_THE_RUN],
      );
      for (const { line } of lines) {
        const row = `${table} ${line}`;
        // Restatements have no key of their own: one that was recorded twice must show.
        rows.add(rows.has(row) ? `${row} again` : row);
      }
    }
    return rows;
  }

  /** Of every stored row, with the run that wrote it: a row that was written anew, even alike, shows. */
  async fingerprint(): Promise<string[]> {
    const digests = TABLES.map((table) =>
      this.query<{ digest: string }>(
        `SELECT concat_ws(' ', '${table}', count(*), md5(string_agg(t::text, ',' ORDER BY t::text))) AS digest FROM ${table} t`,
      ),
    );
    return (await Promise.all(digests)).map(([row]) => row!.digest);
  }

  /** What holds at any moment, however a sync ended: days are whole, and add up to the last digit. */
  async brokenDays(): Promise<QueryResultRow[]> {
    return this.query(
      `SELECT day::text, 'not divided' AS what FROM (
         SELECT day, component, amount_usd AS amount FROM attributed_costs
         UNION ALL SELECT day, component, -(direct_usd + shared_usd) FROM user_costs
       ) parts GROUP BY day, component HAVING sum(amount) <> 0
       UNION ALL
       SELECT day::text, 'does not add up to the cluster cost'
         FROM cost_days d
        WHERE cluster_usd IS DISTINCT FROM
          (SELECT coalesce(sum(amount_usd), 0) FROM attributed_costs c WHERE c.cluster = d.cluster AND c.day = d.day)
       UNION ALL
       SELECT day::text, 'rolled up otherwise' FROM (
         SELECT day, hub, component, reason, direct_usd + shared_usd AS amount FROM user_costs
         UNION ALL SELECT day, hub, component, reason, -(direct_usd + shared_usd) FROM day_costs
       ) parts GROUP BY day, hub, component, reason HAVING sum(amount) <> 0
       UNION ALL
       SELECT month::text, 'rolled up by month otherwise' FROM (
         SELECT month, hub, username, component, direct_usd + shared_usd AS amount
         FROM month_costs JOIN month_rollups USING (cluster, month)
         UNION ALL SELECT month, hub, username, component, -(direct_usd + shared_usd)
         FROM user_costs JOIN month_rollups ON month = date_trunc('month', day)
         UNION ALL SELECT month, hub, username, measure, quantity FROM month_usage JOIN month_rollups USING (cluster, month)
         UNION ALL SELECT month, hub, username, measure, -quantity
         FROM user_usage JOIN month_rollups ON month = date_trunc('month', day)
       ) parts GROUP BY month, hub, username, component HAVING sum(amount) <> 0
       UNION ALL
       SELECT day::text, 'usage without a mark' FROM user_usage
        WHERE NOT EXISTS (SELECT FROM usage_days WHERE (cluster, day) = (user_usage.cluster, user_usage.day)
                          AND user_usage.measure = ANY (string_to_array(method, ' ')))`,
    );
  }

  /** Whether the schema has been made: a sync may be killed before. */
  async isMigrated(): Promise<boolean> {
    const [row] = await this.query<{ made: boolean }>(
      `SELECT to_regclass('reporting.sync_status') IS NOT NULL AS made`,
    );
    return row!.made;
  }

  /** A server sees at once that the process of a connection has gone, but first ends the statement at hand. */
  async untilUnlocked(): Promise<void> {
    await waitUntil(async () => (await this.countLocks()) === 0);
  }

  async countLocks(): Promise<number> {
    const [row] = await this.query<{ count: number }>(
      `SELECT count(*)::int FROM pg_locks
        WHERE locktype = 'transactionid' AND granted AND mode = 'ExclusiveLock'
          AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction')`,
    );
    return row!.count;
  }
}

/** Rows that only one of the two has; both lists are empty when the databases are equal. */
export function differences(stored: ReadonlySet<string>, expected: ReadonlySet<string>) {
  const few = (rows: Iterable<string>) => [...rows].slice(0, 10);
  return {
    tooMuch: few([...stored].filter((row) => !expected.has(row))),
    missing: few([...expected].filter((row) => !stored.has(row))),
  };
}

export const NO_DIFFERENCE = { tooMuch: [], missing: [] };

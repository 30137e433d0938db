import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** Resolves when a number of APIs hear of changes, and so keep their answers. */
export async function listening(databaseUrl: string, processes = 1): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (;;) {
      // The heartbeat follows the LISTEN on the same connection.
      const { rowCount } = await client.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'
          AND application_name = 'cost-monitoring-api changes' AND query IN ('LISTEN jupyterhub_costs_changed', 'SELECT')`,
      );
      if (rowCount === processes) break;
      await sleep(20);
    }
  } finally {
    await client.end();
  }
  await sleep(50);
}

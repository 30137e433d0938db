import { setTimeout as sleep } from 'node:timers/promises';
import { createDataSource, migrate } from '#libs/database';
import { addDays, dayOf, firstOfMonth } from '#libs/domain';
import { MEASURES } from '#libs/prometheus';
import { MIGRATIONS } from '#migrations';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { randomNumbers } from '../../libs/domain/testing/random-numbers.js';
import { examineDatabase } from '../../apps/doctor/src/examinations/database.js';
import { startDrillEstate, variablesOf, type DrillEstate } from '../e2e/drills/drill-estate.js';
import { roundsFrom, SEED } from '../e2e/drills/drill-settings.js';
import { differences, DrilledDatabase, NO_DIFFERENCE } from '../e2e/drills/drilled-database.js';
import { killLeftSyncs, runSync, startSync } from '../e2e/sync/sync-process.js';
import { execute } from '../support/database.js';
import { asRole, CitusServers, DISTRIBUTE } from './citus-servers.js';

const KILLS = roundsFrom('DRILL_KILLS', 4);

jest.setTimeout(1_800_000);

const now = new Date();
const today = dayOf(now);

const roll = randomNumbers(SEED);
let servers: CitusServers;
let estate: DrillEstate;
/** After a run that nobody disturbed, on one server. */
let undisturbed: DrilledDatabase;
/** On which syncs are let loose. */
let citus: DrilledDatabase;

const variables = (database: DrilledDatabase) => variablesOf(estate, asRole(database.url, 'jupyterhub_costs_sync'));

/** Where the cluster's rows are. */
async function placement(): Promise<{ shard: string; port: number }> {
  const [row] = await citus.query<{ shard: string; port: number }>(
    `SELECT shardid AS shard, nodeport AS port FROM pg_dist_shard_placement
     WHERE shardid = get_shard_id_for_distribution_column('cost_days', $1::text)`,
    [estate.estate.options.clusterName],
  );
  return row!;
}

beforeAll(async () => {
  servers = await CitusServers.start();
  estate = await startDrillEstate({ firstDay: firstOfMonth(today, -2) }, now);
  citus = DrilledDatabase.at(await servers.createDistributed('killed'));
  undisturbed = DrilledDatabase.at(await servers.createPlain('undisturbed'));
  expect(await runSync(['--once'], variables(undisturbed))).toMatchObject({ code: 0, stderr: '' });
});

afterAll(async () => {
  killLeftSyncs();
  await Promise.all([citus, undisturbed].map((database) => database?.end()));
  await estate?.close();
  await servers?.stop();
});

describe('on Citus', () => {
  it(`syncs that are killed at random moments leave nothing that the next one does not make good (${KILLS})`, async () => {
    for (let killed = 0; killed < KILLS; killed += 1) {
      const sync = startSync(['--once'], variables(citus));
      await Promise.race([sync.untilItSays(/run started/), sync.ended]);
      await Promise.race([sleep((roll() * 8_000) / 2 ** killed), sync.ended]);
      sync.signal('SIGKILL');
      await sync.ended;
      await citus.untilUnlocked();
    }
    expect(await runSync(['--once'], variables(citus))).toMatchObject({ code: 0, stderr: '' });
    expect((await undisturbed.everyRow()).size).toBeGreaterThan(1_000);
    expect(differences(await citus.everyRow(), await undisturbed.everyRow())).toEqual(NO_DIFFERENCE);
  });

  it('a run in which a worker dies fails and changes no figure; the next one is whole', async () => {
    const before = await citus.everyRow();
    estate.faults.add({ kind: 'restatement', from: addDays(today, -30), until: addDays(today, 1), percent: 107 });
    const { port } = await placement();
    const worker = servers.workers.find(({ url }) => new URL(url).port === String(port))!;

    const sync = startSync(['--once'], variables(citus));
    await sync.untilItSays(/run started/);
    await worker.kill();
    const { code, stdout, stderr } = await sync.ended;
    await worker.restart();
    expect([code, stdout + stderr]).toEqual([
      1,
      expect.stringMatching(/the database cannot be reached: connection to the remote node/),
    ]);

    const left = await citus.everyRow();
    const broken = await citus.query(
      `SELECT day, component FROM (
         SELECT day, component, amount_usd AS usd FROM attributed_costs WHERE cluster = $1
         UNION ALL SELECT day, component, -(direct_usd + shared_usd) FROM user_costs WHERE cluster = $1
       ) parts GROUP BY day, component HAVING sum(usd) <> 0`,
      [estate.estate.options.clusterName],
    );
    expect(broken).toEqual([]);
    const last = (await citus.runs()).length - 1;
    for (const database of [undisturbed, citus]) {
      expect(await runSync(['--once'], variables(database))).toMatchObject({ code: 0, stderr: '' });
    }
    const statuses = (await citus.runs()).map(({ status }) => status);
    expect([statuses[last], statuses.includes('running')]).toEqual(['failed', false]);
    const after = await undisturbed.everyRow();
    // Each day is as it was before, or as AWS says now.
    const known = new Set([...before, ...after]);
    expect([...left].filter((line) => !known.has(line) && /^(attributed|user|day)_costs /.test(line))).toEqual([]);
    expect(differences(await citus.everyRow(), after)).toEqual(NO_DIFFERENCE);
  });

  it('a cluster moves to the other worker while its sync runs', async () => {
    estate.faults.add({ kind: 'restatement', from: addDays(today, -30), until: addDays(today, 1), percent: 103 });
    const { shard, port } = await placement();
    const other = servers.workers.map(({ url }) => Number(new URL(url).port)).find((one) => one !== port)!;
    const sync = startSync(['--once'], variables(citus));
    await sync.untilItSays(/run started/);
    await citus.query(
      `SELECT citus_move_shard_placement($1, '127.0.0.1', $2, '127.0.0.1', $3, shard_transfer_mode => 'block_writes')`,
      [shard, port, other],
    );
    expect(await sync.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await placement()).toEqual({ shard, port: other });
    expect(await runSync(['--once'], variables(undisturbed))).toMatchObject({ code: 0, stderr: '' });
    expect(differences(await citus.everyRow(), await undisturbed.everyRow())).toEqual(NO_DIFFERENCE);
  });

  it('a later migration adds a column and a constraint, and its views, as on one server', async () => {
    for (const { url } of [undisturbed, citus]) {
      const dataSource = createDataSource(url, { applicationName: 'test' });
      dataSource.setOptions({ migrations: [...MIGRATIONS, Later1900000000000] });
      await dataSource.initialize();
      try {
        // Other measures make other views.
        expect(await migrate(dataSource, MEASURES.slice(1))).toEqual([Later1900000000000.name, 'views']);
      } finally {
        await dataSource.destroy();
      }
    }
  });
});

class Later1900000000000 implements MigrationInterface {
  name = 'Later1900000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE user_costs ADD COLUMN later text`);
    await queryRunner.query(`ALTER TABLE user_costs ADD CONSTRAINT user_costs_later CHECK (later <> '')`);
    await queryRunner.query(`ALTER TABLE sync_runs ADD COLUMN later text`);
    await queryRunner.query(`UPDATE user_costs SET later = 'x' WHERE day > '2026-01-01'`);
  }

  async down(): Promise<void> {
    throw new Error('not taken back');
  }
}

describe('a database on one server', () => {
  it('moves to Citus with all its rows, and readers read them', async () => {
    const before = await undisturbed.everyRow();
    await undisturbed.end();
    const url = await servers.addWorkers('undisturbed');
    await execute(url, DISTRIBUTE);
    // Again, as after an upgrade.
    await execute(url, DISTRIBUTE);
    undisturbed = DrilledDatabase.at(url);
    expect(differences(await undisturbed.everyRow(), before)).toEqual(NO_DIFFERENCE);
    const reader = DrilledDatabase.at(asRole(url, 'grafana_reader'));
    expect((await reader.query(`SELECT FROM reporting.daily_user_costs LIMIT 1`)).length).toBe(1);
    for (const statement of [
      `INSERT INTO user_costs (cluster) VALUES ('x')`,
      `DELETE FROM user_costs`,
      `SELECT FROM sync_runs`,
      `CREATE TABLE public.mine (id integer)`,
    ]) {
      await expect(reader.query(statement)).rejects.toThrow(/read-only transaction|permission denied/);
    }
    await reader.end();
  });

  it('has a doctor that knows what the role of the API needs there', async () => {
    const findings = async () => {
      const { findings: all } = await examineDatabase(asRole(undisturbed.url, 'jupyterhub_costs_sync'));
      return all.filter(({ check }) => check === 'role of the API').map(({ status }) => status);
    };
    expect(await findings()).toEqual(['ok']);
    await undisturbed.query(`REVOKE SELECT ON day_costs FROM jupyterhub_costs_api`);
    expect(await findings()).toEqual(['failure']);
    await undisturbed.query(`GRANT SELECT ON day_costs TO jupyterhub_costs_api`);
  });
});

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
import { execute, urlOfDatabase } from '../support/database.js';
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

/** When the runs that are compared began. */
let begun = new Date();

async function expectSameRows(): Promise<void> {
  // Today's usage is read up to the hour: where that has changed meanwhile, both read it again.
  while (begun.getUTCHours() !== new Date().getUTCHours()) {
    begun = new Date();
    for (const database of [citus, undisturbed]) await expectWhole(database);
  }
  expect(differences(await citus.everyRow(), await undisturbed.everyRow())).toEqual(NO_DIFFERENCE);
}

async function expectWhole(database: DrilledDatabase): Promise<void> {
  expect(await runSync(['--once'], variables(database))).toMatchObject({ code: 0, stderr: '' });
}

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
  begun = new Date();
  await expectWhole(undisturbed);
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
    await expectWhole(citus);
    expect((await undisturbed.everyRow()).size).toBeGreaterThan(1_000);
    await expectSameRows();
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
    begun = new Date();
    for (const database of [undisturbed, citus]) await expectWhole(database);
    const statuses = (await citus.runs()).map(({ status }) => status);
    expect([statuses[last], statuses.includes('running')]).toEqual(['failed', false]);
    const after = await undisturbed.everyRow();
    // Each day is as it was before, or as AWS says now.
    const known = new Set([...before, ...after]);
    expect([...left].filter((line) => !known.has(line) && /^(attributed|user|day)_costs /.test(line))).toEqual([]);
    await expectSameRows();
  });

  it('a cluster moves to the other worker while its sync runs', async () => {
    estate.faults.add({ kind: 'restatement', from: addDays(today, -30), until: addDays(today, 1), percent: 103 });
    const { shard, port } = await placement();
    const other = servers.workers.map(({ url }) => Number(new URL(url).port)).find((one) => one !== port)!;
    begun = new Date();
    const sync = startSync(['--once'], variables(citus));
    await sync.untilItSays(/run started/);
    await citus.query(
      `SELECT citus_move_shard_placement($1, '127.0.0.1', $2, '127.0.0.1', $3, shard_transfer_mode => 'block_writes')`,
      [shard, port, other],
    );
    expect(await sync.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await placement()).toEqual({ shard, port: other });
    await expectWhole(undisturbed);
    await expectSameRows();
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
    await reader.end();
  });

  it.each(['jupyterhub_costs_api', 'grafana_reader'])(
    'lets %s write nothing and see nothing else, on no server',
    async (role) => {
      const onWorkers = servers.workers.map((worker) => urlOfDatabase(worker.url, 'undisturbed'));
      for (const url of [undisturbed.url, ...onWorkers]) {
        const reader = DrilledDatabase.at(asRole(url, role));
        await reader.query(`SELECT FROM user_costs`);
        for (const readOnly of ['on', 'off']) {
          await reader.query(`SET default_transaction_read_only = ${readOnly}`);
          for (const statement of FORBIDDEN) {
            await expect(reader.query(statement)).rejects.toThrow(
              /read-only transaction|permission denied|must be owner|does not exist/,
            );
          }
        }
        await reader.end();
      }
    },
  );

  it('has a doctor that knows what the role of the API needs there', async () => {
    const findings = async () => {
      const { findings: all } = await examineDatabase(asRole(undisturbed.url, 'jupyterhub_costs_sync'));
      return all.filter(({ check }) => check === 'Citus').map(({ status, found }) => `${status}: ${found}`);
    };
    expect(await findings()).toEqual(['ok: every table with figures is distributed, and readers read it']);
    await undisturbed.query(`REVOKE SELECT ON day_costs FROM grafana_reader`);
    await undisturbed.query(`REVOKE SELECT ON anomalies FROM jupyterhub_costs_api`);
    expect(await findings()).toEqual([
      'failure: grafana_reader may not read day_costs; jupyterhub_costs_api may not read anomalies',
    ]);
    await execute(undisturbed.url, DISTRIBUTE);
    expect(await findings()).toEqual(['ok: every table with figures is distributed, and readers read it']);
  });
});

const FORBIDDEN = [
  `INSERT INTO user_costs (cluster) VALUES ('x')`,
  `DELETE FROM user_costs`,
  `SELECT FROM sync_runs`,
  `SELECT FROM migrations`,
  `CREATE TABLE public.mine (id integer)`,
  `CREATE TABLE reporting.mine (id integer)`,
  `CREATE TEMPORARY TABLE mine (id integer)`,
  `CREATE SCHEMA mine`,
  `SELECT lo_from_bytea(0, 'x')`,
];

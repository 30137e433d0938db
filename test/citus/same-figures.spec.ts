import { Logger } from '@nestjs/common';
import { monitoredFigures, usageGaps, computeFallbacks, syncStatus } from '#libs/database/queries';
import { WRITTEN_TABLES, createDataSource, SyncSession } from '#libs/database';
import { addDays, firstOfMonth, dayOf } from '#libs/domain';
import pg from 'pg';
import { makeToken } from '../../apps/api/src/access/new-token.js';
import { DEFAULT_HUBS } from '../../apps/simulator/src/estate/options.js';
import { TIMERS } from '../e2e/days/days-at.js';
import { startDrillEstate, variablesOf, type DrillEstate } from '../e2e/drills/drill-estate.js';
import { syncInProcess } from '../e2e/drills/sync-in-process.js';
import { RunningApi } from '../medium/api/running-api.js';
import { CHOSEN, DASHBOARDS, sqlQueriesOf } from '../medium/grafana/dashboard-files.js';
import { Grafana } from '../medium/grafana/grafana.js';
import { asRole, CitusServers } from './citus-servers.js';
import { everyRequest, type Paths, type Values } from './every-request.js';

jest.setTimeout(1_800_000);

/** Their shards are on different workers. */
const CLUSTERS = ['hub-cluster', 'other-cluster'];
const now = new Date();
const today = dayOf(now);
const firstDay = firstOfMonth(today, -2);
const lastMonth = firstOfMonth(today, -1);

const environment = { ...process.env };
const estates: DrillEstate[] = [];
let servers: CitusServers;
/** Of the owner. */
let plain: string;
let citus: string;
let pools: { readonly plain: pg.Pool; readonly citus: pg.Pool };
const opened: pg.Pool[] = [];

function open(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString });
  // The servers end with the tests.
  pool.on('error', () => undefined);
  opened.push(pool);
  return pool;
}

beforeAll(async () => {
  Logger.overrideLogger(false);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  servers = await CitusServers.start();
  // Roles are made on the workers, too, while there are workers.
  citus = await servers.createDistributed('distributed');
  plain = await servers.createPlain('plain');
  pools = { plain: open(plain), citus: open(citus) };
  for (const clusterName of CLUSTERS) {
    const estate = { clusterName, users: 15, historyDays: 8, hubs: DEFAULT_HUBS };
    estates.push(await startDrillEstate({ estate, firstDay }, now));
  }
});

afterAll(async () => {
  process.env = environment;
  await Promise.all(opened.map((pool) => pool.end()));
  await Promise.all(estates.map((estate) => estate.close()));
  await servers?.stop();
});

/** At the same instant: what is known of a running day changes with the hour. */
async function syncBoth(more: Readonly<Record<string, string>> = {}): Promise<void> {
  jest.useFakeTimers({ now, doNotFake: [...TIMERS] });
  try {
    for (const url of [plain, citus]) {
      for (const estate of estates) {
        process.env['AWS_ENDPOINT_URL_COST_EXPLORER'] = estate.url;
        const variables = variablesOf(estate, asRole(url, 'jupyterhub_costs_sync'));
        const result = await syncInProcess({ ...variables, BUDGETS_FILE: 'apps/demo/budgets.yaml', ...more });
        for (const summary of Object.values(result)) expect(['succeeded', 'skipped']).toContain(summary.status);
      }
    }
  } finally {
    jest.useRealTimers();
  }
  // On a busy machine a request may be sent twice.
  for (const pool of Object.values(pools)) await pool.query(`UPDATE sync_runs SET requests = 1 WHERE requests > 0`);
}

/** Differ from run to run. */
const OF_THE_RUN = [
  'id',
  'run_id',
  'seen_at',
  'read_at',
  'closed_at',
  'recorded_at',
  'started_at',
  'finished_at',
  'since',
];

/** Rows by cluster, as text. */
async function rowsOf(pool: pg.Pool, relation: string, cluster: string): Promise<string[]> {
  const { rows } = await pool.query<{ row: string }>(
    `SELECT (to_jsonb(t) - $2::text[])::text AS row FROM ${relation} t WHERE cluster = $1`,
    [cluster, OF_THE_RUN],
  );
  return rows.map(({ row }) => row).sort();
}

async function expectSameRows(): Promise<void> {
  for (const table of WRITTEN_TABLES.filter((name) => name !== 'sync_locks')) {
    for (const cluster of CLUSTERS) {
      const expected = await rowsOf(pools.plain, table, cluster);
      expect([table, await rowsOf(pools.citus, table, cluster)]).toEqual([table, expected]);
    }
  }
}

describe('on Citus, a sync stores the same rows', () => {
  let sent: ReturnType<typeof recordStatements>;
  beforeAll(() => {
    sent = recordStatements();
  });
  afterAll(() => jest.restoreAllMocks());

  it('of two clusters, on two workers', async () => {
    await syncBoth();
    await expectSameRows();
    const { rows } = await pools.citus.query<{ count: number }>(
      `SELECT count(DISTINCT nodeport)::integer FROM pg_dist_shard_placement
       WHERE shardid IN (SELECT get_shard_id_for_distribution_column('user_costs', name) FROM unnest($1::text[]) name)`,
      [CLUSTERS],
    );
    expect(rows).toEqual([{ count: 2 }]);
  });

  it('when AWS restates, and when costs are divided otherwise', async () => {
    for (const { faults } of estates)
      faults.add({ kind: 'restatement', from: addDays(today, -20), until: addDays(today, 1), percent: 107 });
    await syncBoth({ ALLOCATION: 'cluster' });
    await expectSameRows();
    expect((await rowsOf(pools.citus, 'cost_restatements', CLUSTERS[0]!)).length).toBeGreaterThan(100);
  });

  it('when months are closed, and restated after that', async () => {
    for (const url of [plain, citus]) {
      const dataSource = await createDataSource(url, { applicationName: 'test' }).initialize();
      for (const cluster of CLUSTERS) {
        const session = (await SyncSession.open(dataSource, cluster))!;
        await session.closeMonthAlone(lastMonth, today);
        await session.close();
      }
      await dataSource.destroy();
    }
    for (const { faults } of estates)
      faults.add({ kind: 'restatement', from: lastMonth, until: addDays(lastMonth, 9), percent: 90 });
    await syncBoth();
    await expectSameRows();
    const frozen = await rowsOf(pools.citus, 'closed_costs', CLUSTERS[0]!);
    expect(frozen.some((row) => row.includes('"revision": 1'))).toBe(true);
  });

  it('when a person is forgotten', async () => {
    for (const url of [plain, citus]) {
      const dataSource = await createDataSource(url, { applicationName: 'test' }).initialize();
      const session = (await SyncSession.open(dataSource, CLUSTERS[0]!))!;
      const { rows } = await pools.plain.query<{ hub: string; username: string }>(
        `SELECT hub, username FROM month_costs WHERE cluster = $1 AND username IS NOT NULL ORDER BY hub, username DESC LIMIT 1`,
        [CLUSTERS[0]],
      );
      if (url === plain) forgotten = rows[0]!;
      await session.forgetUser({ ...forgotten, as: undefined });
      await session.close();
      await dataSource.destroy();
    }
    await expectSameRows();
  });

  it('with statements that are each routed to one worker, but for insertions of what it read', async () => {
    await expectRouted([...sent], IS_SENT_BY_THE_SYNC);
  });
});
let forgotten: { hub: string; username: string };

describe('on Citus, every statement says the same', () => {
  it('of the views, in every role that reads them', async () => {
    const { rows } = await pools.plain.query<{ view: string }>(
      `SELECT viewname::text AS view FROM pg_views WHERE schemaname = 'reporting' AND viewname <> 'applied_migrations' ORDER BY 1`,
    );
    for (const role of ['jupyterhub_costs_api', 'grafana_reader']) {
      const reader = open(asRole(citus, role));
      for (const { view } of rows) {
        for (const cluster of CLUSTERS) {
          const columns = ['last_started_at', 'last_success_at', 'duration_seconds'];
          const drop = (row: string) => row.replaceAll(new RegExp(`"(${columns.join('|')})": [^,}]*`, 'g'), '');
          const expected = (await rowsOf(pools.plain, `reporting.${view}`, cluster)).map(drop);
          expect([view, (await rowsOf(reader, `reporting.${view}`, cluster)).map(drop)]).toEqual([view, expected]);
        }
      }
    }
  });

  it('of the API, each routed to one worker', async () => {
    const api = (url: string) =>
      RunningApi.start(asRole(url, 'jupyterhub_costs_api'), undefined, {
        tokens: SCOPES.map(([made, scope]) => ({
          name: made.entry.name,
          sha256: made.entry.hash.replace('sha256:', ''),
          ...scope,
        })),
      });
    const differing: [string, string][] = [];
    const sent = recordStatements();
    const [ofPlain, ofCitus] = [await api(plain), await api(citus)];
    try {
      const { paths } = (await ofPlain.get('/openapi.json')).json as { paths: Paths };
      const targets = everyRequest(paths, { ...VALUES, ...(await somebody()) }, USUAL);
      expect(targets.length).toBeGreaterThan(200);
      for (const [made, { hubs, shared }] of SCOPES) {
        const headers = { authorization: `Bearer ${made.token}` };
        for (const cluster of CLUSTERS) {
          // Who sees all is asked everything, the others what has a statement of its own.
          for (const target of hubs || !shared ? targets.filter((_, index) => index % 5 === 0) : targets) {
            const path = `${target}&cluster=${cluster}`;
            const expected = await ofPlain.get(path, headers);
            const { status, text } = await ofCitus.get(path, headers);
            if (!hubs) expect([path, expected.status]).toEqual([path, 200]);
            if (status !== expected.status) differing.push([path, text]);
            else if (withoutTimes(text) !== withoutTimes(expected.text)) differing.push([path, 'other figures']);
          }
        }
      }
    } finally {
      await ofPlain.stop();
      await ofCitus.stop();
      jest.restoreAllMocks();
    }
    expect(differing).toEqual([]);
    await expectRouted([...sent].filter(([, values]) => CLUSTERS.includes(String(values[0]))));
  });

  it('of the dashboards, as the role of Grafana, each routed to one worker', async () => {
    const range = { from: new Date(now.getTime() - 40 * 86_400_000), to: now };
    const [ofPlain, ofCitus] = await Promise.all([plain, citus].map((url) => Grafana.connect(url, range)));
    const texts: [string, unknown[]][] = [];
    const differing: [string, string][] = [];
    for (const query of DASHBOARDS.flatMap(sqlQueriesOf)) {
      for (const cluster of CLUSTERS) {
        const picked = { cluster, ...CHOSEN };
        const expected = await ofPlain!.ask(query, picked);
        const name = `${query.dashboard}: ${query.title}`;
        const found = await ofCitus!.ask(query, picked).catch((error: Error) => ({ rows: [[error.message]] }));
        const isSame = JSON.stringify(comparable(found.rows)) === JSON.stringify(comparable(expected.rows));
        const isExpected = OF_ITS_RUNS.includes(query.title) ? found.rows.length === expected.rows.length : isSame;
        if (!isExpected) differing.push([name, JSON.stringify(found.rows).slice(0, 300)]);
        const text = await ofPlain!.expand(query, picked);
        if (text.includes(`'${cluster}'`)) texts.push([text, []]);
      }
    }
    await ofPlain!.close();
    await ofCitus!.close();
    expect(differing).toEqual([]);
    await expectRouted(texts, READS_RUNS);
  });

  it('of all clusters at once: health, metrics, the doctor', async () => {
    const window = { from: firstDay, until: addDays(today, 1) };
    for (const { text, values } of [
      monitoredFigures(today),
      usageGaps(window),
      computeFallbacks(window),
      syncStatus(),
    ]) {
      const [expected, found] = await Promise.all(
        [pools.plain, open(asRole(citus, 'jupyterhub_costs_api'))].map(
          async (pool) => (await pool.query(text, [...values])).rows as unknown[],
        ),
      );
      expect(settled(found!)).toEqual(settled(expected!));
    }
  });
});

const SCOPES = [
  [makeToken('all', []), { hubs: undefined, cluster: undefined, shared: true }],
  [makeToken('prod', ['prod']), { hubs: ['prod'], cluster: CLUSTERS[0], shared: true }],
  [makeToken('own', ['prod']), { hubs: ['prod'], cluster: CLUSTERS[0], shared: false }],
] as const;

/** Panels that show when runs were, and how long they took. */
const OF_ITS_RUNS = ['Time since the last good run', 'Runs', 'Duration of runs'];

const USUAL = { from: lastMonth, to: today, window: `${lastMonth},${today}`, precision: 'exact' };
const VALUES: Values = {
  from: [addDays(today, -6)],
  to: [addDays(today, -1)],
  window: ['7d', 'lastmonth', `${firstDay},${today}`],
  aggregate: [
    'cluster',
    'hub',
    'component',
    'service',
    'instance_type',
    'user',
    'usergroup',
    'hub,user',
    'hub,component,service',
  ],
  hub: ['prod'],
  hub_name: ['prod'],
  component: ['compute', 'home storage'],
  service: ['EC2 - Other'],
  cluster: [],
  limit: ['3'],
  month: [lastMonth.slice(0, 7)],
  version: ['1'],
};

/** Names that the figures have. */
async function somebody(): Promise<Values> {
  const { rows } = await pools.plain.query<{ username: string; usergroup: string; instance_type: string }>(
    `SELECT username, usergroups[1] AS usergroup, instance_type FROM user_costs
     WHERE cluster = $1 AND day = $2 AND hub = 'prod' AND usergroups[1] NOT IN ('none', 'unknown') AND instance_type <> ''
     ORDER BY 1, 2, 3 LIMIT 1`,
    [CLUSTERS[0], addDays(today, -2)],
  );
  const { username, usergroup, instance_type: type } = rows[0]!;
  const user = [username];
  return { user, username: user, user_name: user, usergroup: [usergroup], instance_type: [type] };
}

/** Of every statement that is sent from here on, with values that it was sent with. */
function recordStatements(): Map<string, readonly unknown[]> {
  const sent = new Map<string, readonly unknown[]>();
  const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [first, second] = args as [string | { text: string; values?: unknown[] }, unknown[]?];
    const { text, values } = typeof first === 'string' ? { text: first, values: second } : first;
    if (values?.length && /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)/.test(text)) sent.set(text, [...values]);
    return original.apply(this, args);
  } as never);
  return sent;
}

/** Rows that the sync has read: the coordinator takes them, and sends them to the worker. */
const IS_SENT_BY_THE_SYNC = /INSERT INTO/;
/** Runs and locks are on the coordinator: what compares figures with them is put together there, of parts from one worker. */
const READS_RUNS = /reporting\.(sync_status|sync_runs|clusters)\b/;

/**
 * Sent whole to the worker that has the cluster, and nothing put together on the coordinator; `known`: which are not, and
 * still read one worker alone.
 */
async function expectRouted(
  statements: readonly (readonly [string, readonly unknown[]])[],
  known?: RegExp,
): Promise<void> {
  expect(statements.length).toBeGreaterThan(50);
  const elsewhere: [string, string][] = [];
  for (const [text, values] of statements) {
    const plan = await planOf(text, values);
    const tasks = [...plan.matchAll(/Task Count: (\d+)/g)].map(([, count]) => count);
    const isWhole = tasks.length <= 1 && !/Distributed Subplan|INSERT\/SELECT method/.test(plan);
    if (tasks.some((count) => count !== '1') || (!isWhole && !known?.test(text))) elsewhere.push([text, plan]);
  }
  expect(elsewhere).toEqual([]);
}

async function planOf(text: string, values: readonly unknown[]): Promise<string> {
  const explain = async (sql: string, more: readonly unknown[]) => {
    const { rows } = await pools.citus.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${sql}`, [...more]);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  // Of INSERT … SELECT with parameters Citus makes a plan only to run it.
  return explain(text, values).catch(() => explain(withLiterals(text, values), []));
}

function withLiterals(text: string, values: readonly unknown[]): string {
  return text.replaceAll(/\$(\d+)/g, (_, place: string) => {
    const value = values[Number(place) - 1];
    if (value === null || value === undefined) return 'NULL';
    const items = (list: readonly unknown[]) => list.map((one) => (one === null ? 'NULL' : JSON.stringify(one))).join();
    const written = Array.isArray(value) ? `{${items(value)}}` : value instanceof Date ? value.toISOString() : value;
    return pg.escapeLiteral(String(written));
  });
}

const withoutTimes = (text: string) =>
  text.replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d[\d.]*(\+00|Z)?)?/g, 'a time');
const comparable = (rows: readonly unknown[]) => rows.map((row) => withoutTimes(JSON.stringify(row))).sort();
const settled = (rows: readonly unknown[]) =>
  JSON.parse(JSON.stringify(rows), (name, value: unknown) =>
    /second|last_success|_at$/.test(name)
      ? undefined
      : Array.isArray(value)
        ? value.map((one) => JSON.stringify(one)).sort()
        : value,
  ) as unknown;

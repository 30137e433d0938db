import { parseSyncConfig } from '#libs/config';
import { createDataSource, migrate, SyncSession } from '#libs/database';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { datasetsOf, dividingMeasures, MEASURES, type PrometheusMeasure } from '#libs/prometheus';
import type { DataSource } from 'typeorm';
import { examineCluster } from '../../../apps/doctor/src/examinations/cluster.js';
import { readUsage } from '../../../apps/sync/src/steps/read-usage.js';
import { usageByDay } from '../../../grafana/src/sync-health/age.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { measuresTable } from '../../support/measures-table.js';
import { RunningApi } from '../api/running-api.js';
import { expandMacros } from '../grafana/expand-macros.js';
import { every, openMetrics } from '../prometheus/open-metrics.js';

/** Scratch space of an exporter that does not exist: the one entry that a new measure takes. */
const SCRATCH: PrometheusMeasure = {
  name: 'scratch_stored',
  counts: 'size of the scratch directory',
  unit: 'byte-seconds',
  dataset: 'scratch',
  component: 'object storage',
  source: { metric: { name: () => 'made_up_scratch_bytes', labels: [] }, perHub: true },
  owner: 'directory',
  query: () => ({
    name: 'scratch space',
    promql: 'sum_over_time(sum by (namespace, directory) (made_up_scratch_bytes)[1d:1h]) * 3600',
  }),
};
const LIST = [...MEASURES, SCRATCH];

const DAY = '2026-03-02';
/** Samples on the hour are current for five minutes: those of 06:00 to 17:00 count in 12 of the 24 hours. */
const scratch = (directory: string, bytes: number) => ({
  metric: 'made_up_scratch_bytes',
  labels: { namespace: 'prod', directory },
  samples: every(3600, `${DAY}T06:00:00`, `${DAY}T17:00:00`, bytes),
});

describe('a measure that is one entry of the list', () => {
  let prometheus: EmbeddedPrometheus;
  let database: TestDatabase;
  let dataSource: DataSource;
  let session: SyncSession;
  let api: RunningApi;

  beforeAll(async () => {
    prometheus = await startPrometheus({ history: [openMetrics([scratch('ana', 3000), scratch('ben', 1000)])] });
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, { applicationName: 'made-up' }).initialize();
    await migrate(dataSource, LIST);
    session = (await SyncSession.open(dataSource, 'earth'))!;
    const summary = await readUsage({
      trigger: 'backfill',
      days: { from: DAY, until: '2026-03-03' },
      signal: new AbortController().signal,
      progress: { begin: () => {}, show: () => {}, end: () => {} },
      config: config(),
      policy: { allocation: 'hub', excludedHubs: [], dividedBy: dividingMeasures(LIST) },
      measures: LIST,
      today: '2026-03-05',
      session,
    });
    expect(summary).toMatchObject({ status: 'succeeded', error: undefined });
    api = await RunningApi.start(database.url, 'earth');
  });

  afterAll(async () => {
    await api?.stop();
    await session?.close();
    await dataSource?.destroy();
    await database?.drop();
    await prometheus?.stop();
  });

  const config = () =>
    parseSyncConfig({ DATABASE_URL: database.url, CLUSTER_NAME: 'earth', PROMETHEUS_URL: prometheus.url });

  it('is stored by hub and user, with a coverage of its own', async () => {
    const rows = await dataSource.query(`SELECT hub, username, measure, quantity FROM user_usage ORDER BY username`);
    expect(rows).toEqual([
      // 12 hours of 3,000 and of 1,000 bytes.
      { hub: 'prod', username: 'ana', measure: 'scratch_stored', quantity: '129600000.000' },
      { hub: 'prod', username: 'ben', measure: 'scratch_stored', quantity: '43200000.000' },
    ]);
    const days = await dataSource.query(
      `SELECT hub, status, coverage, method FROM reporting.usage_days WHERE dataset = 'scratch'`,
    );
    expect(days).toEqual([{ hub: 'prod', status: 'final', coverage: '0.5000', method: 'scratch_stored' }]);
  });

  it('is in /total_usage, and its partial day in /health', async () => {
    const rows = await api.rows(`/total_usage?from=${DAY}&to=${DAY}`);
    expect(rows).toMatchObject([
      { user: 'ana', component: 'object storage', value: 0.75 },
      { user: 'ben', component: 'object storage', value: 0.25 },
    ]);
    expect(JSON.stringify((await api.get('/health')).json)).toContain('"scratch"');
  });

  it('is a column of the panel "Usage read, by day"', async () => {
    const [target] = usageByDay(datasetsOf(LIST)).build().targets as unknown as { rawSql: string }[];
    const range = { from: new Date(`${DAY}T00:00:00Z`), to: new Date(`${DAY}T23:59:59Z`) };
    const sql = expandMacros(target!.rawSql.replaceAll('${cluster:sqlstring}', "'earth'"), range);
    expect(await dataSource.query(sql)).toMatchObject([{ scratch: 'partial', compute: 'missing' }]);
  });

  it('is what the doctor looks for', async () => {
    const window = { from: '2026-03-01', until: '2026-03-03' };
    const { findings } = await examineCluster(config(), window, new Date(`${DAY}T17:30:00Z`), LIST);
    expect(findings.find(({ check }) => check === 'memory of Prometheus')?.found).toMatch(/scratch since 2026-03-02/);
  });

  it('is a row of the table in the docs', () => {
    expect(measuresTable(LIST)).toContain(
      '| `scratch_stored` | byte-seconds | scratch | object storage | size of the scratch directory |',
    );
  });
});

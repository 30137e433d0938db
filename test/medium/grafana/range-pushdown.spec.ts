import { databaseOfFile, openClient, type TestDatabase } from '../../support/database.js';
import { CHOSEN, DASHBOARDS, sqlQueriesOf, type DashboardQuery } from './dashboard-files.js';
import { fillDerived } from '../../support/fill-derived.js';
import { CLUSTER, fillEstate, RANGE } from './estate.js';
import type { Picked } from './expand-variables.js';
import { Grafana } from './grafana.js';

/** About the state of things now, which reads small tables, or about thirteen months: whatever the range. */
const WHATEVER_THE_RANGE = ['Time since the last good run', 'Newest day', 'Is it well?', '13 months'];

/** The month panel reads two months, whatever the range. */
const DAYS_READ_AT_MOST = 40;

/** The tables that grow with users; the others have a few rows a day. */
const FACTS = ['user_costs', 'user_usage', 'group_memberships', 'attributed_costs', 'day_costs'];

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

let database: TestDatabase;
let grafana: Grafana;
const rowsPerDay: Record<string, number> = {};

beforeAll(async () => {
  database = await databaseOfFile();
  await fillEstate(database.url);
  await addHistory(database.url);
  grafana = await Grafana.connect(database.url, RANGE);
});

/** Two years of 20 users before the hand-made days. */
async function addHistory(url: string): Promise<void> {
  const client = await openClient(url);
  const cluster = `'${CLUSTER.replaceAll("'", "''")}'`;
  const days = `(SELECT day::date FROM generate_series(date '2024-02-01', date '2026-01-31', interval '1 day') AS day) AS days`;
  const users = `generate_series(1, 20) AS users (number)`;
  const components = `(VALUES ('compute'), ('home storage')) AS components (component)`;
  try {
    await client.query(`
      INSERT INTO cost_days (cluster, day, account_usd, cluster_usd, estimated, basis, attribution, policy, digest, run_id)
        SELECT ${cluster}, day, 100, 0, false, 'amortized', 'd', '', '', 1 FROM ${days};
      INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd)
        SELECT ${cluster}, day, 'prod', 'service ' || number, 'compute', 1 FROM ${days}, ${users};
      INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
        SELECT ${cluster}, day, 'prod', 'user ' || number, component, 1, 0, '{?}' FROM ${days}, ${users}, ${components};
      INSERT INTO user_usage (cluster, day, hub, username, measure, quantity)
        SELECT ${cluster}, day, 'prod', 'user ' || number, measure, 1
        FROM ${days}, ${users}, (VALUES ('memory_requested'), ('home_stored')) AS measures (measure);
      INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped)
        SELECT ${cluster}, day, 'prod', 'user ' || number, 'group ' || number % 5, 'x' FROM ${days}, ${users};
      INSERT INTO usage_days (cluster, day, dataset, hub, status, coverage, read_at, method, digest, run_id)
        SELECT ${cluster}, day, dataset, '', 'final', 1, now(), '', '', 1
        FROM ${days}, (VALUES ('compute'), ('memberships')) AS datasets (dataset)`);
    await fillDerived(url);
    await client.query('ANALYZE');
    for (const table of FACTS) {
      const { rows } = await client.query(
        `SELECT count(*)::integer AS count FROM ${table}
         WHERE day = '2025-06-02' AND cluster = ${cluster}`,
      );
      rowsPerDay[table] = rows[0].count;
    }
  } finally {
    await client.end();
  }
}

const queries = DASHBOARDS.flatMap(sqlQueriesOf)
  .filter(({ title }) => !WHATEVER_THE_RANGE.includes(title))
  .map((query): [string, DashboardQuery] => [`${query.dashboard}, ${query.kind} ${query.title}`, query]);

describe('a query reads the days of its range, and none of the two years before them', () => {
  it.each(queries)('%s', async (_name, query) => {
    const narrow = { usergroup: ['physics'], user: ['ada'], hub: ['prod'], component: ['compute'] };
    for (const picked of [{}, narrow] as Record<string, Picked>[]) {
      const sql = await grafana.expand(query, { cluster: CLUSTER, ...CHOSEN, ...picked });
      const { rows } = await grafana.run(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`);
      const [{ Plan: plan }] = rows[0]![0] as unknown as [{ Plan: PlanNode }];
      for (const scan of scansOf(plan).filter((node) => FACTS.includes(node['Relation Name'] ?? ''))) {
        const table = scan['Relation Name']!;
        expect(rowsPerDay[table]).toBeGreaterThan(0);
        expect(`${table}, days read: ${Math.floor(rowsRead(scan) / rowsPerDay[table]!)}`).toMatch(
          new RegExp(`days read: ([0-9]|[123][0-9]|${DAYS_READ_AT_MOST})$`),
        );
      }
    }
  });
});

function scansOf(node: PlanNode): PlanNode[] {
  const below = (node.Plans ?? []).flatMap(scansOf);
  return node['Relation Name'] ? [node, ...below] : below;
}

function rowsRead(scan: PlanNode): number {
  const removed = (scan['Rows Removed by Filter'] ?? 0) + (scan['Rows Removed by Index Recheck'] ?? 0);
  return (scan['Actual Rows'] + removed) * scan['Actual Loops'];
}

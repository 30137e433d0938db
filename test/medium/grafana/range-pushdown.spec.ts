import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DASHBOARDS, sqlQueriesOf, type DashboardQuery } from './dashboard-files.js';
import { CLUSTER, fillEstate, RANGE } from './estate.js';
import { Grafana } from './grafana.js';

/** Questions about the state of things now, whatever the range: they read one small table whole. */
const WHATEVER_THE_RANGE = ['Time since the last good run', 'Newest day'];

const FACTS = ['account_costs', 'attributed_costs', 'user_costs', 'user_usage', 'group_memberships', 'usage_days'];

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

let database: TestDatabase;
let grafana: Grafana;

beforeAll(async () => {
  database = await createTestDatabase();
  await fillEstate(database.url);
  grafana = await Grafana.connect(database.url, RANGE);
  // On a few rows a scan of everything is cheapest: without it, what remains shows whether an index can be used.
  await grafana.run('SET enable_seqscan = off');
  await grafana.run('SET enable_bitmapscan = off');
});

afterAll(async () => {
  await grafana?.close();
  await database?.drop();
});

const queries = DASHBOARDS.flatMap(sqlQueriesOf)
  .filter(({ title, sql }) => !WHATEVER_THE_RANGE.includes(title) && sql.includes('day'))
  .map((query): [string, DashboardQuery] => [`${query.dashboard}, ${query.title}`, query]);

describe('a panel reads the days of its range and no others', () => {
  it.each(queries)('%s', async (_name, query) => {
    for (const picked of [{}, { usergroup: ['physics'], user: ['ada'], hub: ['prod'], component: ['compute'] }]) {
      const sql = await grafana.expand(query, { cluster: CLUSTER, top_users: '5', ...picked });
      const { rows } = await grafana.run(`EXPLAIN (FORMAT JSON) ${sql}`);
      const [plan] = rows[0]![0] as unknown as [{ Plan: PlanNode }];
      for (const scan of scansOf(plan.Plan).filter((node) => FACTS.includes(node['Relation Name'] ?? ''))) {
        expect(`${scan['Relation Name']}: ${scan['Index Cond'] ?? 'no condition'}`).toMatch(
          /\bcluster = .*\bday [<>=]/,
        );
      }
    }
  });
});

function scansOf(node: PlanNode): PlanNode[] {
  const below = (node.Plans ?? []).flatMap(scansOf);
  return node['Relation Name'] ? [node, ...below] : below;
}

import type { GroupMembership } from '#libs/domain';
import {
  BASIS,
  CLUSTER_POLICY,
  dayCosts,
  HUB_POLICY,
  openStoredCluster,
  readings,
  settled,
  type CostLine,
  type StoredCluster,
  type UsageLine,
} from './stored-cluster.js';

const member = (hub: string, username: string, usergroup: string | null): GroupMembership => ({
  hub,
  username,
  usernameEscaped: username,
  usergroup,
});

const COSTS: CostLine[] = [
  ['prod', 'compute', '10', 'EC2 - Other'],
  ['prod', 'compute', '0.0000000007', 'Amazon Elastic Compute Cloud - Compute'],
  ['prod', 'home storage', '3.3333333333', 'EC2 - Other'],
  ['staging', 'compute', '-0.5', 'EC2 - Other'],
  ['staging', 'object storage', '1.1', 'Amazon Simple Storage Service'],
  ['binder', 'compute', '7', 'EC2 - Other'],
  ['support', 'compute', '20.0000000001', 'EC2 - Other'],
  ['support', 'core', '2.5', 'Amazon Elastic Container Service for Kubernetes'],
];
// 10 + 7e-10 + 3.3333333333 - 0.5 + 1.1 + 7 + 20.0000000001 + 2.5
const ATTRIBUTABLE = '43.4333333341';

const COMPUTE: UsageLine[] = [
  ['prod', 'ana', 3],
  ['prod', 'bob', 3],
  ['prod', 'cyd', 1],
  ['staging', 'ana', 7],
  ['binder', 'jupyter-1', 5],
];
const HOME: UsageLine[] = [
  ['prod', 'ana', 1],
  ['prod', 'bob', 1],
  ['prod', 'zoe', 1],
];
const MEMBERSHIPS = [
  member('prod', 'ana', 'admins'),
  member('prod', 'ana', 'physics'),
  member('prod', 'ana', 'chemistry'),
  member('prod', 'bob', 'physics'),
  member('prod', 'cyd', null),
  member('staging', 'ana', 'physics'),
];

describe('the reporting views', () => {
  let stored: StoredCluster;

  beforeEach(async () => {
    stored = await openStoredCluster();
  });

  afterEach(() => stored.end());

  async function storeDay(policy = HUB_POLICY): Promise<void> {
    const usage = readings({ compute: COMPUTE, homeStorage: HOME, memberships: MEMBERSHIPS });
    await stored.session.replaceUsageDay(stored.run, usage, settled(), policy);
    await stored.session.replaceCostDay(stored.run, dayCosts(COSTS), BASIS, policy);
  }

  const lines = async (sql: string): Promise<string[]> =>
    (await stored.query<{ line: string }>(sql)).map((row) => row.line);

  it.each([HUB_POLICY, CLUSTER_POLICY])(
    'add up to the attributable total at every level ($allocation)',
    async (policy) => {
      await storeDay(policy);
      expect(
        await lines(`
        SELECT concat_ws(' ', level, sum(amount_usd)) AS line FROM (
          SELECT 'by total' AS level, amount_usd FROM reporting.daily_total_costs WHERE name = 'attributable'
          UNION ALL SELECT 'by hub', amount_usd FROM reporting.daily_hub_costs
          UNION ALL SELECT 'by component', amount_usd FROM reporting.daily_component_costs
          UNION ALL SELECT 'by service', amount_usd FROM reporting.daily_service_costs
          UNION ALL SELECT 'by user', amount_usd FROM reporting.daily_user_costs
          UNION ALL SELECT 'by part', direct_usd + shared_usd FROM reporting.daily_user_costs
        ) every GROUP BY level ORDER BY level`),
      ).toEqual(['component', 'hub', 'part', 'service', 'total', 'user'].map((level) => `by ${level} ${ATTRIBUTABLE}`));
    },
  );

  it("give each hub's own cost as its users' direct cost", async () => {
    await storeDay();
    expect(
      await lines(`
        SELECT concat_ws(' ', hub, trim_scale(amount_usd), trim_scale(direct_usd)) AS line
        FROM reporting.daily_hub_costs
        LEFT JOIN (SELECT hub, sum(direct_usd) AS direct_usd FROM reporting.daily_user_costs GROUP BY hub) part USING (hub)
        ORDER BY hub`),
    ).toEqual(['binder 7 7', 'prod 13.333333334 13.333333334', 'staging 0.6 0.6', 'support 22.5000000001 0']);
  });

  it('give shares that add up to exactly 1, of the cluster and of each hub', async () => {
    await storeDay();
    expect(
      await lines(`
        SELECT concat_ws(' ', component, sum(cluster_share)) AS line
        FROM reporting.daily_user_usage GROUP BY component ORDER BY component`),
    ).toEqual(['compute 1.0000000000', 'home storage 1.0000000000']);
    expect(
      await lines(`
        SELECT concat_ws(' ', component, hub, sum(hub_share)) AS line
        FROM reporting.daily_user_usage GROUP BY component, hub ORDER BY component, hub`),
    ).toEqual([
      'compute binder 1.0000000000',
      'compute prod 1.0000000000',
      'compute staging 1.0000000000',
      'home storage prod 1.0000000000',
    ]);
    // 3, 3 and 1 of 7 in the hub: 0.4285714286, 0.8571428571 and 1 are the rounded running shares.
    expect(
      await lines(`
        SELECT concat_ws(' ', username, hub_share) AS line FROM reporting.daily_user_usage
        WHERE component = 'compute' AND hub = 'prod' ORDER BY username`),
    ).toEqual(['ana 0.4285714286', 'bob 0.4285714285', 'cyd 0.1428571429']);
  });

  it('give usage in GiB-hours', async () => {
    const gibHour = 3600n * 2n ** 30n;
    await stored.session.replaceUsageDay(
      stored.run,
      readings({ compute: [['prod', 'ana', 64n * gibHour]] }),
      settled(),
      HUB_POLICY,
    );
    expect(await lines(`SELECT trim_scale(gib_hours)::text AS line FROM reporting.daily_user_usage`)).toEqual(['64']);
  });

  it('divide a person of several groups so that the parts add up, or count them whole in each', async () => {
    await storeDay();
    // ana of prod bears 3/7 of 10.0000000007 directly, rounded: 4.2857142860 (the running sum ends there), and of the
    // shared 20.0000000001 USD 3 of 19: after binder's 5, round(8 × C/19) - round(5 × C/19) = 8.4210526316 - 5.2631578948.
    expect(
      await lines(`
        SELECT concat_ws(' ', usergroup, full_usd, split_usd) AS line FROM reporting.daily_user_group_costs
        WHERE component = 'compute' AND hub = 'prod' AND username = 'ana' ORDER BY usergroup`),
    ).toEqual([
      'admins 7.4436090228 2.4812030076',
      'chemistry 7.4436090228 2.4812030076',
      'physics 7.4436090228 2.4812030076',
    ]);
    expect(
      await stored.query(`
        SELECT u.hub, u.username, u.component FROM reporting.daily_user_costs u
        LEFT JOIN reporting.daily_user_group_costs g USING (cluster, day, hub, username, component)
        WHERE u.username IS NOT NULL
        GROUP BY u.hub, u.username, u.component, u.amount_usd HAVING sum(g.split_usd) IS DISTINCT FROM u.amount_usd`),
    ).toEqual([]);
  });

  it('add split groups and unallocated cost up to the attributable total', async () => {
    await storeDay();
    expect(
      await lines(`
        SELECT (
          (SELECT sum(split_usd) FROM reporting.daily_group_costs)
          + (SELECT sum(amount_usd) FROM reporting.daily_user_costs WHERE username IS NULL)
        )::text AS line`),
    ).toEqual([ATTRIBUTABLE]);
  });

  it('divide what three groups cannot share evenly', async () => {
    await stored.session.replaceUsageDay(
      stored.run,
      readings({ compute: [['prod', 'ana', 1]], memberships: MEMBERSHIPS }),
      settled(),
      HUB_POLICY,
    );
    const costs = dayCosts([['prod', 'compute', '-1']]);
    await stored.session.replaceCostDay(stored.run, costs, BASIS, HUB_POLICY);
    expect(
      await lines(
        `SELECT concat_ws(' ', usergroup, split_usd) AS line FROM reporting.daily_user_group_costs ORDER BY 1`,
      ),
    ).toEqual(['admins -0.3333333333', 'chemistry -0.3333333334', 'physics -0.3333333333']);
  });

  it('tell people without a group from days whose groups nobody read', async () => {
    await stored.session.replaceCostDay(stored.run, dayCosts([['prod', 'compute', '1']]), BASIS, HUB_POLICY);
    const usage = { compute: [['prod', 'ana', 1] as const], memberships: [member('prod', 'ana', null)] };
    const coverage = { compute: 1, homeStorage: 1, memberships: 0 };
    await stored.session.replaceUsageDay(
      stored.run,
      readings({ ...usage, memberships: [], coverage }),
      settled(),
      HUB_POLICY,
    );
    const groups = () => lines(`SELECT usergroup AS line FROM reporting.daily_user_group_costs`);
    expect(await groups()).toEqual(['unknown']);
    await stored.session.replaceUsageDay(stored.run, readings(usage), settled(), HUB_POLICY);
    expect(await groups()).toEqual(['none']);
  });

  it('tell how each source fares, the last finished run and the last good one', async () => {
    const { session } = stored;
    await session.recordRunFinished(stored.run, { status: 'succeeded' }, 5);
    const failed = await session.recordRunStarted({ source: 'cost-explorer', trigger: 'schedule' });
    await session.recordRunFinished(failed, { status: 'failed', error: 'throttled' }, 2);
    await session.recordRunStarted({ source: 'cost-explorer', trigger: 'schedule' });
    expect(
      await stored.query(
        `SELECT source, last_status, last_error, last_success_at IS NOT NULL AS ever FROM reporting.sync_status`,
      ),
    ).toEqual([{ source: 'cost-explorer', last_status: 'failed', last_error: 'throttled', ever: true }]);
    expect(
      await lines(`SELECT concat_ws(' ', status, requests_usd) AS line FROM reporting.sync_runs ORDER BY id`),
    ).toEqual(['succeeded 0.05', 'failed 0.02', 'running 0.00']);
  });

  it('tell by how much a figure was restated', async () => {
    await storeDay();
    await stored.session.replaceCostDay(
      stored.run,
      dayCosts(COSTS.filter(([hub]) => hub !== 'binder')),
      BASIS,
      HUB_POLICY,
    );
    expect(
      await stored.query(`SELECT hub, before_usd, after_usd, difference_usd FROM reporting.cost_restatements`),
    ).toEqual([{ hub: 'binder', before_usd: '7.0000000000', after_usd: null, difference_usd: '-7.0000000000' }]);
  });
});

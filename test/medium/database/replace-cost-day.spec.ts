import { EmptyResponseError } from '#libs/database';
import { parseUsd } from '#libs/domain';
import {
  BASIS,
  CLUSTER_POLICY,
  DAY,
  dayCosts,
  HUB_POLICY,
  openStoredCluster,
  readings,
  settled,
  storedVersions,
  userCostLines,
  type CostLine,
  type StoredCluster,
} from './stored-cluster.js';

const COSTS: CostLine[] = [
  ['prod', 'compute', '30.0000000001', 'EC2 - Other'],
  ['prod', 'backup', '1', 'AWS Backup'],
  ['support', 'core', '5', 'Amazon Elastic Container Service for Kubernetes'],
];

describe("replacing a day's costs", () => {
  let stored: StoredCluster;

  beforeEach(async () => {
    stored = await openStoredCluster();
  });

  afterEach(() => stored.end());

  const replace = (lines: readonly CostLine[], basis = BASIS, policy = HUB_POLICY) =>
    stored.session.replaceCostDay(stored.run, dayCosts(lines), basis, policy);

  const restatements = () =>
    stored.query(
      `SELECT hub, service, before_usd, after_usd, reason, run_id FROM cost_restatements ORDER BY hub, service, seen_at`,
    );

  const attributed = async () =>
    (
      await stored.query<{ line: string }>(
        `SELECT concat_ws(' ', hub, service, component, trim_scale(amount_usd)) AS line FROM attributed_costs ORDER BY 1`,
      )
    ).map((row) => row.line);

  it('stores every digit, and what it was read with', async () => {
    // 1 account row, 3 attributed rows, 3 of unallocated cost.
    expect(await replace(COSTS)).toEqual({ changed: true, rowsWritten: 7, restatements: 0 });
    expect(await attributed()).toEqual([
      'prod AWS Backup backup 1',
      'prod EC2 - Other compute 30.0000000001',
      'support Amazon Elastic Container Service for Kubernetes core 5',
    ]);
    expect(await stored.session.listCostDays({ from: DAY, until: '2026-10-06' })).toEqual([{ day: DAY, ...BASIS }]);
    expect(await stored.session.listCostDays({ from: '2026-10-06', until: '2026-11-06' })).toEqual([]);
  });

  it('writes nothing at all when nothing changed', async () => {
    await replace(COSTS);
    const before = await storedVersions(stored);
    expect(await replace(COSTS.toReversed())).toEqual({ changed: false, rowsWritten: 0, restatements: 0 });
    expect(await storedVersions(stored)).toEqual(before);
  });

  it('records what a restated figure was', async () => {
    await replace(COSTS);
    // The day's row, its 3 attributed costs and its 3 user costs, all made anew.
    expect(await replace([['prod', 'compute', '29.5', 'EC2 - Other'], COSTS[1]!, COSTS[2]!])).toEqual({
      changed: true,
      rowsWritten: 7,
      restatements: 1,
    });
    expect(await restatements()).toEqual([
      {
        hub: 'prod',
        service: 'EC2 - Other',
        before_usd: '30.0000000001',
        after_usd: '29.5000000000',
        reason: 'restated',
        run_id: stored.run,
      },
    ]);
    expect(await userCostLines(stored)).toContain('prod/- compute 29.5 0');
  });

  it('records what vanished and what is new', async () => {
    await replace(COSTS);
    await replace([COSTS[0]!, COSTS[2]!, ['staging', 'compute', '2', 'EC2 - Other']]);
    expect(await restatements()).toMatchObject([
      { hub: 'prod', service: 'AWS Backup', before_usd: '1.0000000000', after_usd: null },
      { hub: 'staging', service: 'EC2 - Other', before_usd: null, after_usd: '2.0000000000' },
    ]);
    expect(await attributed()).toEqual([
      'prod EC2 - Other compute 30.0000000001',
      'staging EC2 - Other compute 2',
      'support Amazon Elastic Container Service for Kubernetes core 5',
    ]);
  });

  /** Stores the day as read while it runs, or after its end. */
  const read = (usd: string, isRunning: boolean) =>
    stored.session.replaceCostDay(
      stored.run,
      { ...dayCosts([['prod', 'compute', usd, 'EC2 - Other']]), isRunning },
      BASIS,
      HUB_POLICY,
    );

  it('does not call what the running day grows by a restatement, but what changes once it was read whole', async () => {
    await read('10', true);
    expect(await read('20', true)).toMatchObject({ changed: true, restatements: 0 });
    // Read in the morning after: still growth.
    expect(await read('30', false)).toMatchObject({ changed: true, restatements: 0 });
    expect(await read('31', false)).toMatchObject({ changed: true, restatements: 1 });
    expect(await restatements()).toMatchObject([{ before_usd: '30.0000000000', after_usd: '31.0000000000' }]);
    expect(await stored.query(`SELECT sum(difference_usd) FROM reporting.cost_restatements`)).toEqual([
      { sum: '1.0000000000' },
    ]);
  });

  it('calls it a restatement where the day has ended since, with the same figures', async () => {
    await read('10', true);
    expect(await read('10', false)).toEqual({ changed: true, rowsWritten: 1, restatements: 0 });
    expect(await read('12', false)).toMatchObject({ restatements: 1 });
  });

  it('does not call a row of 0 USD that comes or goes a restatement', async () => {
    await replace([...COSTS, ['prod', 'other', '0', 'AWS Glue']]);
    expect(await replace(COSTS)).toMatchObject({ changed: true, restatements: 0 });
    expect(await restatements()).toEqual([]);
  });

  it.each([
    ['cost basis', { costBasis: 'unblended' as const, attributionDigest: 'digest-1' }],
    ['attribution', { costBasis: 'amortized' as const, attributionDigest: 'digest-2' }],
  ])('names the %s as the reason when that is what changed', async (reason, basis) => {
    await replace(COSTS);
    await replace([COSTS[0]!, ['prod', 'backup', '1.5', 'AWS Backup'], COSTS[2]!], basis);
    expect(await restatements()).toMatchObject([{ service: 'AWS Backup', reason }]);
    expect(await stored.session.listCostDays({ from: DAY, until: '2026-10-06' })).toEqual([{ day: DAY, ...basis }]);
  });

  it('records a new basis even where the figures stay', async () => {
    await replace(COSTS);
    const basis = { ...BASIS, attributionDigest: 'digest-2' };
    expect(await replace(COSTS, basis)).toEqual({ changed: true, rowsWritten: 1, restatements: 0 });
    expect(await replace(COSTS, basis)).toMatchObject({ changed: false });
  });

  it('derives user costs anew when only the policy changed', async () => {
    await stored.session.replaceUsageDay(
      stored.run,
      readings({ compute: [['staging', 'sam', 1]] }),
      settled(),
      HUB_POLICY,
    );
    await replace(COSTS);
    expect(await userCostLines(stored)).toContain('prod/- compute 30.0000000001 0');
    expect(await replace(COSTS, BASIS, CLUSTER_POLICY)).toEqual({ changed: true, rowsWritten: 4, restatements: 0 });
    expect(await userCostLines(stored)).toContain('staging/sam compute 0 30.0000000001');
  });

  it('refuses an answer without any cost for a day that has some, and keeps the day', async () => {
    await replace(COSTS);
    const before = await storedVersions(stored);
    const attempt = replace([]);
    await expect(attempt).rejects.toThrow(EmptyResponseError);
    await expect(attempt).rejects.toThrow('2026-10-05');
    expect(await storedVersions(stored)).toEqual(before);
  });

  it('stores a day that cost nothing as known', async () => {
    expect(await replace([])).toMatchObject({ changed: true, rowsWritten: 1 });
    expect(await replace([])).toMatchObject({ changed: false });
    expect(await stored.query(`SELECT name, amount_usd FROM reporting.daily_total_costs ORDER BY name`)).toEqual([
      { name: 'account', amount_usd: '1000.0000000000' },
      { name: 'attributable', amount_usd: '0.0000000000' },
    ]);
  });

  it('adds up rows of one hub, service and component', async () => {
    await replace([
      ['prod', 'compute', '1.25', 'EC2 - Other'],
      ['prod', 'compute', '2.5', 'EC2 - Other'],
    ]);
    expect(await attributed()).toEqual(['prod EC2 - Other compute 3.75']);
  });

  it('takes names as they are', async () => {
    const awkward = `prod'; DROP TABLE sync_runs; -- "{},\\ %s $1 🌍`;
    await replace([[awkward, awkward, '1', awkward]]);
    expect(await stored.query(`SELECT hub, service, component FROM attributed_costs`)).toEqual([
      { hub: awkward, service: awkward, component: awkward },
    ]);
    expect(await replace([[awkward, awkward, '1', awkward]])).toMatchObject({ changed: false });
  });

  it('counts changed days and rows in the run', async () => {
    await replace(COSTS);
    await replace(COSTS);
    await stored.session.replaceCostDay(stored.run, dayCosts(COSTS, { day: '2026-10-06' }), BASIS, HUB_POLICY);
    expect(await stored.session.findLatestRun('cost-explorer')).toMatchObject({ daysChanged: 2, rowsWritten: 14 });
  });

  it('changes one row where the account total or the estimate changed', async () => {
    await replace(COSTS);
    const others = (await storedVersions(stored)).filter((version) => !/^(cost_days|sync_runs) /.test(version));
    const final = dayCosts(COSTS, { accountUsd: parseUsd('1000.5'), estimated: true });
    expect(await stored.session.replaceCostDay(stored.run, final, BASIS, HUB_POLICY)).toMatchObject({ rowsWritten: 1 });
    expect(await stored.query(`SELECT account_usd, estimated FROM cost_days`)).toEqual([
      { account_usd: '1000.5000000000', estimated: true },
    ]);
    const now = await storedVersions(stored);
    expect(now.filter((version) => !/^(cost_days|sync_runs) /.test(version))).toEqual(others);
  });
});

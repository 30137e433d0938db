import { addDays, type DatasetReading, type Day } from '#libs/domain';
import {
  BASIS,
  CLUSTER_POLICY,
  DAY,
  dayCosts,
  HUB_POLICY,
  openStoredCluster,
  settled,
  userCostLines,
  type StoredCluster,
} from './stored-cluster.js';

const NEXT = addDays(DAY, 1);

let stored: StoredCluster;
beforeEach(async () => {
  stored = await openStoredCluster();
  for (const day of [DAY, NEXT]) {
    const costs = dayCosts(
      [
        ['prod', 'home storage', '8'],
        ['staging', 'home storage', '4'],
        ['support', 'home storage', '22'],
      ],
      { day },
    );
    await stored.session.replaceCostDay(stored.run, costs, BASIS, HUB_POLICY);
  }
});
afterEach(() => stored.end());

/** What the exporter of a hub told of a day; without users, nothing. */
function homes(day: Day, hub: string, users: Record<string, number>): DatasetReading {
  return {
    day,
    dataset: 'home storage',
    hub,
    measures: ['home_stored'],
    coverage: Object.keys(users).length > 0 ? 1 : 0,
    rows: Object.entries(users).map(([username, quantity]) => ({
      hub,
      username,
      measure: 'home_stored',
      instanceType: '',
      quantity: BigInt(quantity) * 1000n,
    })),
  };
}

const replace = (day: Day, readings: readonly DatasetReading[], policy = HUB_POLICY, readAt = settled(day)) =>
  stored.session.replaceUsageDay(stored.run, readings, readAt, policy);
const records = (day: Day) =>
  stored.query<{ line: string }>(
    `SELECT concat_ws(' ', hub, status, detail) AS line FROM usage_days WHERE day = $1 ORDER BY hub`,
    [day],
  );

describe('a hub that was read the day before and is not', () => {
  beforeEach(() => replace(DAY, [homes(DAY, 'prod', { alice: 75, bob: 25 }), homes(DAY, 'staging', { sam: 10 })]));

  it('is recorded as missing, and bears its own part without a name', async () => {
    await replace(NEXT, [homes(NEXT, 'staging', { sam: 10 })]);
    expect((await records(NEXT)).map(({ line }) => line)).toEqual([
      'prod missing Prometheus holds no home storage samples of hub prod of this day',
      'staging final',
    ]);
    expect(await userCostLines(stored, NEXT)).toEqual(['prod/- home storage 8 20', 'staging/sam home storage 4 2']);
  });

  it('does so under ALLOCATION=cluster: 100 parts of 110 of all 34', async () => {
    await replace(NEXT, [homes(NEXT, 'staging', { sam: 10 })], CLUSTER_POLICY);
    expect(await userCostLines(stored, NEXT)).toEqual([
      'prod/- home storage 0 30.9090909091',
      'staging/sam home storage 0 3.0909090909',
    ]);
  });

  it('follows a later change of the day that it weighs by', async () => {
    await replace(NEXT, [homes(NEXT, 'staging', { sam: 10 })]);
    await replace(DAY, [homes(DAY, 'prod', { alice: 1, bob: 9 }), homes(DAY, 'staging', { sam: 10 })]);
    expect(await userCostLines(stored, NEXT)).toEqual(['prod/- home storage 8 11', 'staging/sam home storage 4 11']);
  });

  it('is nobody who is expected while the day still runs', async () => {
    await replace(NEXT, [homes(NEXT, 'staging', { sam: 10 })], HUB_POLICY, new Date(`${NEXT}T01:00:00Z`));
    expect((await records(NEXT)).map(({ line }) => line)).toEqual(['staging provisional']);
  });

  it('nor is any other, leaves all unread, hub by hub', async () => {
    await replace(NEXT, [homes(NEXT, '', {})]);
    expect((await records(NEXT)).map(({ line }) => line.slice(0, 15))).toEqual(['prod missing Pr', 'staging missing']);
    expect(await userCostLines(stored, NEXT)).toEqual(['prod/- home storage 8 20', 'staging/- home storage 4 2']);
  });

  it('takes the place of a record that nothing is known of the day', async () => {
    const later = addDays(DAY, 20);
    await replace(later, [homes(later, '', {})]);
    expect((await records(later)).map(({ line }) => line.slice(0, 8))).toEqual([' missing']);
    await replace(later, [homes(later, 'prod', { alice: 1 })]);
    expect((await records(later)).map(({ line }) => line)).toEqual(['prod final']);
  });

  it('keeps what was stored of it when Prometheus has forgotten it since', async () => {
    const { kept } = await replace(DAY, [homes(DAY, 'staging', { sam: 10 })]);
    expect(kept).toEqual(['home storage']);
    expect((await records(DAY)).map(({ line }) => line)).toEqual(['prod final', 'staging final']);
  });
});

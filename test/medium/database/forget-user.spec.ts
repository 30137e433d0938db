import { PseudonymTakenError, UnknownUserError, WRITTEN_TABLES } from '#libs/database';
import { RunningApi } from '../api/running-api.js';
import {
  BASIS,
  CLUSTER,
  DAY,
  dayCosts,
  HUB_POLICY,
  openStoredCluster,
  readings,
  settled,
  type StoredCluster,
} from './stored-cluster.js';

const NAME = 'ana.silva@uni.edu';
const ESCAPED = 'ana-2esilva-40uni-2eedu';
const person = { hub: 'prod', username: NAME, as: undefined };

let stored: StoredCluster;

beforeEach(async () => {
  stored = await openStoredCluster();
  await stored.session.replaceCostDay(
    stored.run,
    dayCosts([
      ['prod', 'compute', '40'],
      ['prod', 'home storage', '4'],
    ]),
    BASIS,
    HUB_POLICY,
  );
  await stored.session.replaceUsageDay(stored.run, usage(), settled(), HUB_POLICY);
});

afterEach(() => stored.end());

const usage = () =>
  readings({
    compute: [
      ['prod', NAME, 3],
      ['prod', 'bob', 1],
    ],
    homeStorage: [['prod', NAME, 1]],
    memberships: [
      { hub: 'prod', username: NAME, usernameEscaped: ESCAPED, usergroup: 'physics' },
      { hub: 'prod', username: 'bob', usernameEscaped: 'bob', usergroup: 'physics' },
    ],
  });

const costs = () =>
  stored.query(`SELECT day, hub, component, direct_usd, shared_usd, usergroups FROM user_costs ORDER BY 3, 4, 5`);

describe('forgetting a person', () => {
  it('leaves the name in no table, no view, no response and no metric, and every cost as it was', async () => {
    const api = await RunningApi.start(stored.url, CLUSTER);
    try {
      const range = `from=${DAY}&to=${DAY}`;
      expect((await api.get(`/costs_per_user?${range}`)).text).toContain(NAME);
      const before = await costs();
      await stored.session.rollUpMonths(stored.run);

      const forgotten = await stored.session.forgetUser(person);

      expect(forgotten).toEqual({
        pseudonym: 'forgotten-1',
        rows: {
          user_usage: 2,
          group_memberships: 1,
          user_costs: 2,
          month_usage: 2,
          month_costs: 2,
          budgets: 0,
          anomalies: 0,
          closed_costs: 0,
        },
        days: 1,
        comesBackFrom: undefined,
      });
      expect(await costs()).toEqual(before);
      const views = await stored.query<{ name: string }>(
        `SELECT 'reporting.' || viewname AS name FROM pg_views WHERE schemaname = 'reporting'`,
      );
      for (const relation of [...WRITTEN_TABLES, ...views.map(({ name }) => name)]) {
        const [found] = await stored.query<{ count: number }>(
          `SELECT count(*)::int FROM ${relation} r WHERE r::text ~ '${NAME}|${ESCAPED}'`,
        );
        expect([relation, found!.count]).toEqual([relation, 0]);
      }
      // The data version is read once a second.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      const { json } = await api.get('/openapi.json');
      const paths = Object.keys(json.paths as object).filter((path) => !path.includes('{'));
      expect(paths.length).toBeGreaterThan(15);
      for (const path of paths) {
        const { text } = await api.get(`${path}?${range}`);
        expect([path, text.includes(NAME) || text.includes(ESCAPED)]).toEqual([path, false]);
      }
      const rows = await api.rows<{ user: string }>(`/costs_per_user?${range}&user=forgotten-1`);
      expect(rows.map(({ user }) => user)).toEqual(['forgotten-1', 'forgotten-1']);
    } finally {
      await api.stop();
    }
  });

  it('holds when the same day is read again, and does not when its usage has changed', async () => {
    await stored.session.forgetUser(person);
    expect(await stored.session.replaceUsageDay(stored.run, usage(), settled(), HUB_POLICY)).toMatchObject({
      changed: false,
    });
    expect(await stored.query(`SELECT FROM user_costs WHERE username = $1`, [NAME])).toEqual([]);
  });

  it('a second time finds nobody, and records no run', async () => {
    await stored.session.forgetUser(person);
    const attempt = stored.session.forgetUser(person);
    await expect(attempt).rejects.toThrow(UnknownUserError);
    await expect(attempt).rejects.toThrow(/^no such user on hub prod$/);
    expect(await stored.query(`SELECT status FROM sync_runs WHERE trigger = 'forget'`)).toEqual([
      { status: 'succeeded' },
    ]);
  });

  it('takes the next number, or the name that was chosen, and never somebody’s', async () => {
    await stored.session.forgetUser(person);
    expect(await stored.session.forgetUser({ hub: 'prod', username: 'bob', as: undefined })).toMatchObject({
      pseudonym: 'forgotten-2',
    });
    expect(await stored.session.forgetUser({ hub: 'prod', username: 'forgotten-2', as: 'x' })).toMatchObject({
      pseudonym: 'x',
    });
    await expect(stored.session.forgetUser({ hub: 'prod', username: 'forgotten-1', as: 'x' })).rejects.toThrow(
      PseudonymTakenError,
    );
  });

  it('says from which day on the name may come back', async () => {
    const tomorrow = readings({ day: '2026-10-06', compute: [['prod', NAME, 1]] });
    await stored.session.replaceUsageDay(stored.run, tomorrow, new Date('2026-10-06T18:00:00Z'), HUB_POLICY);
    expect(await stored.session.forgetUser(person)).toMatchObject({ comesBackFrom: '2026-10-06', days: 2 });
  });
});

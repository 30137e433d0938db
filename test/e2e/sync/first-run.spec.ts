import { addDays, countDays, eachDay, firstOfMonth, startOfDay } from '#libs/domain';
import { expectedDay } from './expected-costs.js';
import { SyncEstate } from './sync-estate.js';

let estate: SyncEstate;
beforeAll(async () => {
  estate = await SyncEstate.start();
});
afterAll(() => estate?.stop());

/** `12.3456789012` as a whole number of 1e-10 USD. */
const exact = (decimal: string) => BigInt(decimal.replace('.', ''));

describe('the first run on an empty database', () => {
  it('migrates, fills it and says what it did', async () => {
    const { code, stdout } = await estate.run(['--once']);
    const days = countDays({ from: firstOfMonth(estate.today, -13), until: addDays(estate.today, 1) });
    expect(stdout).toMatch(new RegExp(`Costs \\(Cost Explorer\\): succeeded, .* \\(${days} days\\)`));
    expect(stdout).toMatch(/\d+ requests for 0\.\d\d USD; 0 restatements; \d+\.\d s/);
    expect(stdout).toMatch(/Usage \(Prometheus\): succeeded/);
    expect(code).toBe(0);
  });

  it('has stored for each of 13 months of days what the bill comes to, line by line', async () => {
    const { clusterName } = estate.simulator.estate.options;
    const accounts = await estate.query<{ day: string; amount_usd: string }>(
      `SELECT day::text, account_usd AS amount_usd FROM cost_days ORDER BY day`,
    );
    const parts = await estate.query<{ day: string; part: string; amount_usd: string }>(
      `SELECT day::text, concat_ws(' | ', hub, service, component, nullif(instance_type, '')) AS part, amount_usd FROM attributed_costs`,
    );
    const days = eachDay({ from: firstOfMonth(estate.today, -13), until: addDays(estate.today, 1) });
    expect(accounts.map(({ day }) => day)).toEqual(days);
    for (const { day, amount_usd } of accounts) {
      const expected = expectedDay(estate.simulator.estate.lineItemsOn(day), clusterName);
      expect(exact(amount_usd)).toBe(expected.account);
      const stored = parts.filter((row) => row.day === day).map((row) => [row.part, exact(row.amount_usd)] as const);
      expect(new Map(stored.sort())).toEqual(new Map([...expected.parts].sort()));
    }
  });

  it('knows who used compute on each day that Prometheus remembers, and how much', async () => {
    let checked = 0;
    for (const day of wholeDays()) {
      const stored = await usageOf(day, 'compute');
      const bounds = computeBounds(day);
      for (const [user, byteSeconds] of stored) {
        const { least, most } = bounds.get(user) ?? { least: 0, most: 0 };
        expect([day, user, byteSeconds >= least && byteSeconds <= most]).toEqual([day, user, true]);
      }
      const surely = [...bounds].filter(([, { least }]) => least > 0).map(([user]) => user);
      expect([...stored.keys()]).toEqual(expect.arrayContaining(surely));
      checked += stored.size;
    }
    expect(checked).toBeGreaterThan(20);
  });

  it('knows the size of each home, under the name of its owner', async () => {
    for (const day of wholeDays()) {
      const stored = await usageOf(day, 'home storage');
      const truth = estate.simulator.estate.trueByteSeconds(day).filter((row) => row.component === 'home storage');
      expect([...stored.keys()].sort()).toEqual(truth.map((row) => `${row.namespace}/${row.username}`).sort());
      for (const { namespace, username, byteSeconds } of truth) {
        // Hourly samples: a directory that is made, removed or grows within an hour is an hour out at most.
        const error = Math.abs(stored.get(`${namespace}/${username}`)! - Number(byteSeconds)) / Number(byteSeconds);
        expect([day, username, error < 0.2]).toEqual([day, username, true]);
      }
    }
  });

  it('knows who was in which group on each day', async () => {
    for (const day of wholeDays()) {
      const stored = await estate.query<{ member: string }>(
        `SELECT concat_ws('/', hub, username, coalesce(usergroup, '(none)')) AS member FROM group_memberships
          WHERE day = $1`,
        [day],
      );
      const expected: string[] = [];
      for (const person of estate.simulator.estate.people) {
        const groups = estate.simulator.estate.groupsOn(person, day);
        const named = groups?.length === 0 ? ['(none)'] : (groups ?? []);
        for (const group of named) expected.push(`${person.namespace}/${person.username}/${group}`);
      }
      expect(expected.length).toBeGreaterThan(10);
      expect(stored.map(({ member }) => member).sort()).toEqual(expected.sort());
    }
  });

  it('has divided every cost: users and what nobody bears add up, by hub of cost, component and day, to the last digit', async () => {
    const differences = await estate.query(
      `SELECT day, component, sum(amount) FROM (
         SELECT day, component, amount_usd AS amount FROM attributed_costs
         UNION ALL SELECT day, component, -(direct_usd + shared_usd) FROM user_costs
       ) parts GROUP BY 1, 2 HAVING sum(amount) <> 0`,
    );
    expect(differences).toEqual([]);
    const [users] = await estate.query(`SELECT count(DISTINCT username)::int FROM user_costs WHERE direct_usd > 0`);
    expect(users!['count']).toBeGreaterThan(5);
  });

  it('has final days, and marks what it does not know', async () => {
    const statuses = await estate.query<{ status: string; first: string; last: string }>(
      `SELECT status, min(day)::text AS first, max(day)::text AS last FROM usage_days WHERE dataset = 'compute'
        GROUP BY status ORDER BY status`,
    );
    const { usageFrom } = estate.simulator.estate;
    expect(statuses).toContainEqual({
      status: 'missing',
      first: firstOfMonth(estate.today, -13),
      last: addDays(usageFrom, -1),
    });
    expect(statuses.find(({ status }) => status === 'final')).toMatchObject({ first: usageFrom });
    expect(statuses.find(({ status }) => status === 'provisional')).toMatchObject({ last: estate.today });
  });
});

/** Days of which Prometheus has every sample. */
const wholeDays = () => eachDay({ from: estate.simulator.estate.usageFrom, until: estate.today });

/** Byte-seconds by `hub/username`. */
async function usageOf(day: string, component: string): Promise<Map<string, number>> {
  const rows = await estate.query<{ user: string; quantity: string }>(
    `SELECT concat_ws('/', hub, username) AS user, quantity FROM user_usage WHERE day = $1 AND measure = $2`,
    [day, component === 'compute' ? 'memory_requested' : 'home_stored'],
  );
  return new Map(rows.map(({ user, quantity }) => [user, Number(quantity)]));
}

/**
 * What may be measured of each user's pods on a day. Samples a minute apart are counted at whole minutes, and one counts
 * as current for five minutes after its pod has gone: a history from a file does not say that it has.
 */
function computeBounds(day: string): Map<string, { least: number; most: number }> {
  const [startMs, endMs] = [startOfDay(day).getTime(), startOfDay(addDays(day, 1)).getTime()];
  const bounds = new Map<string, { least: number; most: number }>();
  const sessions = [addDays(day, -1), day].flatMap((of) => estate.simulator.estate.sessionsStartedOn(of));
  for (const { namespace, username, memoryBytes, scheduledMs, endMs: goneMs } of sessions) {
    if (scheduledMs === null) continue;
    const within = (untilMs: number) => Math.max(0, Math.min(untilMs, endMs) - Math.max(scheduledMs, startMs)) / 1000;
    const sum = bounds.get(`${namespace}/${username}`) ?? { least: 0, most: 0 };
    sum.least += memoryBytes * Math.max(0, within(goneMs) - 120);
    sum.most += memoryBytes * (within(goneMs + 300_000) + 60);
    bounds.set(`${namespace}/${username}`, sum);
  }
  return bounds;
}

import { addDays, countDays, eachDay, firstOfMonth } from '#libs/domain';
import { expectedDay } from './expected-costs.js';
import { SyncEstate } from './sync-estate.js';

let estate: SyncEstate;
beforeAll(async () => {
  estate = await SyncEstate.start();
  await estate.run(['--once']);
});
afterAll(() => estate?.stop());

const exact = (decimal: string) => BigInt(decimal.replace('.', ''));

/** Every stored figure, with the run that wrote it: a row that was written anew, even alike, shows. */
async function everyRow(): Promise<unknown> {
  const tables = ['cost_days', 'attributed_costs', 'user_usage', 'group_memberships', 'user_costs', 'usage_days'];
  const digest = (table: string) =>
    estate.query(`SELECT '${table}', count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ${table} t`);
  return Promise.all(tables.map(digest));
}

describe('a run on a database that is up to date', () => {
  it('reads from the first of last month and writes no row', async () => {
    const before = await everyRow();
    const { code, stdout } = await estate.run(['--once']);
    const days = countDays({ from: firstOfMonth(estate.today, -1), until: addDays(estate.today, 1) });
    expect(code).toBe(0);
    expect(stdout).toContain(`(${days} days)\n  ${days} days, 0 changed; 0 rows written; 6 requests for 0.06 USD`);
    expect(await everyRow()).toEqual(before);
  });
});

describe('a restatement', () => {
  const service = 'Amazon Elastic Compute Cloud - Compute';

  it('replaces the day, and what changed is on record with both figures', async () => {
    const day = addDays(estate.today, -4);
    const lines = estate.simulator.estate.lineItemsOn(day);
    const { clusterName } = estate.simulator.estate.options;
    // A restatement is of all instance types together.
    const before = new Map<string, bigint>();
    for (const [part, usd] of expectedDay(lines, clusterName).parts) {
      const place = part.split(' | ').slice(0, 3).join(' | ');
      before.set(place, (before.get(place) ?? 0n) + usd);
    }
    estate.simulator.faults.add({ kind: 'restatement', from: day, until: addDays(day, 1), service, percent: 150 });

    const { code } = await estate.run(['--once']);

    expect(code).toBe(0);
    const restated = await estate.query<{ part: string; before_usd: string; after_usd: string; day: string }>(
      `SELECT concat_ws(' | ', hub, service, component) AS part, before_usd, after_usd, day::text
         FROM cost_restatements WHERE reason = 'restated'`,
    );
    const ofService = [...before].filter(([part]) => part.includes(` | ${service} | `));
    expect(ofService.length).toBeGreaterThan(3);
    expect(restated.map((row) => row.part).sort()).toEqual(ofService.map(([part]) => part).sort());
    for (const { part, before_usd, after_usd, day: of } of restated) {
      expect(of).toBe(day);
      expect(exact(before_usd)).toBe(before.get(part));
      // Half as much again; the simulator cuts each line at its tenth digit.
      const error = exact(after_usd) * 2n - before.get(part)! * 3n;
      expect(error <= 0n && error > -100n).toBe(true);
    }
    const [sums] = await estate.query<{ users: string; attributed: string }>(
      `SELECT (SELECT sum(direct_usd + shared_usd) FROM user_costs WHERE day = $1) AS users,
              (SELECT sum(amount_usd) FROM attributed_costs WHERE day = $1) AS attributed`,
      [day],
    );
    expect(sums!.users).toBe(sums!.attributed);
  });
});

describe('an answer without any cost', () => {
  it('is refused for the days that have some: they stay, and the run fails naming them', async () => {
    const day = addDays(estate.today, -6);
    estate.simulator.faults.add({ kind: 'restatement', from: day, until: addDays(day, 1), percent: 0 });
    const before = await everyRow();

    const { code } = await estate.run(['--once']);
    estate.simulator.faults.clear();

    expect(code).toBe(1);
    const { 'cost-explorer': costs, prometheus } = await estate.latestRuns();
    expect(costs).toMatchObject({ status: 'failed', error: expect.stringMatching(new RegExp(`: ${day}$`)) });
    expect(prometheus).toMatchObject({ status: 'succeeded' });
    expect(await everyRow()).toEqual(before);
  });
});

describe('a change of settings', () => {
  it('ALLOCATION derives every user cost anew from what is stored', async () => {
    const { code, stdout } = await estate.run(['--once'], { ALLOCATION: 'cluster' });

    expect(code).toBe(0);
    expect(stdout).toMatch(/Allocation: succeeded/);
    const policies = await estate.query(
      `SELECT policy::json ->> 'allocation' AS allocation, count(*)::int FROM cost_days GROUP BY 1`,
    );
    const days = countDays({ from: firstOfMonth(estate.today, -13), until: addDays(estate.today, 1) });
    expect(policies).toEqual([{ allocation: 'cluster', count: days }]);
    const [direct] = await estate.query(
      `SELECT count(*)::int FROM user_costs WHERE username IS NOT NULL AND direct_usd <> 0`,
    );
    expect(direct).toEqual({ count: 0 });
  });

  it('COST_BASIS reads all that Cost Explorer still knows again', async () => {
    const { code } = await estate.run(['--once'], { COST_BASIS: 'unblended' });

    expect(code).toBe(0);
    const { clusterName } = estate.simulator.estate.options;
    const stored = await estate.query<{ day: string; basis: string; account: string; attributable: string }>(
      `SELECT a.day::text, basis, account_usd AS account,
              (SELECT sum(amount_usd) FROM attributed_costs c WHERE c.day = a.day) AS attributable
         FROM cost_days a ORDER BY a.day`,
    );
    const days = eachDay({ from: firstOfMonth(estate.today, -13), until: addDays(estate.today, 1) });
    expect(stored.map(({ day }) => day)).toEqual(days);
    for (const { day, basis, account, attributable } of stored) {
      const expected = expectedDay(estate.simulator.estate.lineItemsOn(day), clusterName, 'unblended');
      expect([basis, exact(account), exact(attributable)]).toEqual([
        'unblended',
        expected.account,
        expected.attributable,
      ]);
    }
    const reasons = await estate.query(`SELECT DISTINCT reason FROM cost_restatements ORDER BY 1`);
    expect(reasons).toEqual([{ reason: 'cost basis' }, { reason: 'restated' }]);
  });
});

describe('a backfill', () => {
  it('reads exactly the days that were asked for', async () => {
    const [from, to] = [addDays(estate.today, -100), addDays(estate.today, -98)];
    const { code } = await estate.run(['--backfill', from, to], { COST_BASIS: 'unblended' });
    expect(code).toBe(0);
    const windows = await estate.query(
      `SELECT source, window_from::text AS from, window_until::text AS until FROM sync_runs WHERE trigger = 'backfill'
        ORDER BY id`,
    );
    const window = { from, until: addDays(to, 1) };
    expect(windows).toEqual([
      { source: 'cost-explorer', ...window },
      { source: 'prometheus', ...window },
    ]);
  });

  it('reads a final day again, which no other run does', async () => {
    const day = addDays(estate.today, -3);
    const usage = () =>
      estate.query(
        `SELECT hub, username, measure, quantity FROM user_usage WHERE day = $1
      ORDER BY hub, measure, username, instance_type`,
        [day],
      );
    const read = await usage();
    expect(read.length).toBeGreaterThan(0);
    await estate.query(`UPDATE user_usage SET quantity = quantity + 1 WHERE day = $1`, [day]);
    await estate.query(`UPDATE usage_days SET digest = 'of other figures' WHERE day = $1`, [day]);
    const tampered = await usage();

    await estate.run(['--once'], { COST_BASIS: 'unblended' });
    expect(await usage()).toEqual(tampered);

    await estate.run(['--backfill', day, day], { COST_BASIS: 'unblended' });
    expect(await usage()).toEqual(read);
  });

  it('says which days Cost Explorer has forgotten', async () => {
    const known = firstOfMonth(estate.today, -13);
    const { code, stdout } = await estate.run(['--backfill', addDays(known, -3), addDays(known, -1)], {
      COST_BASIS: 'unblended',
    });
    expect(stdout).toContain(`Cost Explorer only remembers costs since ${known}`);
    expect(code).toBe(0);
  });
});

import type { SyncWork } from '../../../apps/sync/src/task.js';
import { closeMonths } from '../../../apps/sync/src/steps/close-months.js';
import { MonthNotClosableError, type RunOutcome, type SyncSource } from '#libs/database';
import { eachDay, type Day } from '#libs/domain';
import { parseCsv, sumOf } from '../api/csv-rows.js';
import { RunningApi } from '../api/running-api.js';
import {
  BASIS,
  CLUSTER,
  CLUSTER_POLICY,
  dayCosts,
  HUB_POLICY,
  openStoredCluster,
  readings,
  settled,
  type CostLine,
  type StoredCluster,
} from './stored-cluster.js';

/**
 * Every day of February 2026 costs 33 on prod and 3 without a tag, used by ana and bob as 2 to 1, and 1 of core that nobody
 * bears: 28 × 37 = 1036. So ana bears 28 × (22 + 2) = 672, bob 336.
 */
const MONTH = '2026-02-01';
const TODAY = '2026-11-28';
const DAYS = eachDay({ from: MONTH, until: '2026-03-01' });
const LINES: CostLine[] = [
  ['prod', 'compute', '33'],
  ['support', 'compute', '3'],
  ['support', 'core', '1'],
];

let stored: StoredCluster;
let api: RunningApi;

beforeEach(async () => {
  stored = await openStoredCluster();
  for (const day of DAYS) await storeDay(day);
  api = await RunningApi.start(stored.url, CLUSTER);
});

afterEach(async () => {
  await api.stop();
  await stored.end();
});

async function storeDay(day: Day, lines: readonly CostLine[] = LINES, more: object = {}, basis = BASIS) {
  await stored.session.replaceCostDay(stored.run, dayCosts(lines, { day, ...more }), basis, HUB_POLICY);
  await storeUsage(day, 1);
}

function storeUsage(day: Day, bob: number) {
  const compute = [['prod', 'ana', 2] as const, ['prod', 'bob', bob] as const];
  return stored.session.replaceUsageDay(stored.run, readings({ day, compute }), settled(day), HUB_POLICY);
}

const close = (month = MONTH, today = TODAY) => stored.session.closeMonthAlone(month, today);

/** Kept responses live for a second at most after a change. */
async function statement(path: string) {
  const fresh = await RunningApi.start(stored.url, CLUSTER);
  try {
    const { status, json, text } = await fresh.get(path);
    expect([path, status, status === 200 ? '' : text]).toEqual([path, 200, '']);
    return json;
  } finally {
    await fresh.stop();
  }
}

const totals = (json: { users: { user: string; total_usd: number }[] }) =>
  Object.fromEntries(json.users.map(({ user, total_usd }) => [user, total_usd]));

const totalOf = (json: { summary: { what: string; amount_usd: number }[] }) =>
  json.summary.find(({ what }) => what === 'Total of the month')!.amount_usd;

async function focusTotal(query: string) {
  return sumOf(parseCsv((await api.get(`/focus?from=2026-02-01&to=2026-02-28&${query}`)).text), 'x_Cost');
}

describe('closing a month', () => {
  it('freezes figures that backfills, another policy and another basis leave alone', async () => {
    expect(await close()).toMatchObject({ version: 1, estimatedDays: 0 });
    const before = await statement('/statements/2026-02');
    expect(before.status).toMatch(/^Closed, version 1 of 20\d\d-\d\d-\d\d: these figures do not change\.$/);
    expect(before.version).toBe('1');
    expect([totalOf(before), totals(before)]).toEqual([1036, { ana: 672, bob: 336 }]);
    expect(before.check.at(-1)).toEqual({ what: 'Difference', amount_usd: 0 });

    await storeUsage(DAYS[3]!, 2);
    for (const day of DAYS) await stored.session.allocateDay(stored.run, day, CLUSTER_POLICY);
    await storeDay(DAYS[5]!, [['prod', 'compute', '99']], {}, { ...BASIS, costBasis: 'unblended' });
    await storeDay(DAYS[6]!, [['prod', 'compute', '98']], {}, { ...BASIS, attributionDigest: 'other' });

    expect(await stored.session.hasUnrecordedRestatements()).toBe(false);
    expect(await statement('/statements/2026-02')).toEqual(before);
    expect(await focusTotal('version=1')).toBe('1036.0000000000');
  });

  it('shows what AWS restates later as an adjustment of the next month, with who bears it, and as version 2', async () => {
    await close();
    await storeDay(DAYS[4]!, [['prod', 'compute', '36'], ...LINES.slice(1)]);
    await storeDay(DAYS[5]!, [
      ['prod', 'compute', '33'],
      ['support', 'compute', '3'],
      ['support', 'core', '0.5'],
    ]);
    expect(await stored.session.hasUnrecordedRestatements()).toBe(true);
    await stored.session.recordRestatementsOfClosedMonths(stored.run);
    expect(await stored.session.hasUnrecordedRestatements()).toBe(false);
    expect(await stored.session.recordRestatementsOfClosedMonths(stored.run)).toBe(0);

    expect(totalOf(await statement('/statements/2026-02'))).toBe(1036);
    const march = await statement('/statements/2026-03');
    expect(march.adjustments).toEqual([
      { month: '2026-02', hub: 'prod', component: 'compute', total_usd: 3 },
      { month: '2026-02', hub: 'support', component: 'core', total_usd: -0.5 },
    ]);
    expect(march.users.map((row: object) => Object.values(row))).toEqual([
      ['prod', 'ana', 0, 0, 0, 2],
      ['prod', 'bob', 0, 0, 0, 1],
    ]);
    const own = await statement('/statements/2026-03?user=bob');
    expect(own.summary.at(-1)).toEqual({ what: 'Total with adjustments', amount_usd: 1 });

    expect(await close()).toMatchObject({ version: 2 });
    expect(await close()).toMatchObject({ version: undefined, latest: 2 });
    const second = await statement('/statements/2026-02?version=2');
    expect([totalOf(second), totals(second)]).toEqual([1038.5, { ana: 674, bob: 337 }]);
    expect(second.restatements).toEqual([
      { hub: 'prod', component: 'compute', total_usd: 3 },
      { hub: 'support', component: 'core', total_usd: -0.5 },
    ]);
    expect(second.check.at(-1)).toEqual({ what: 'Difference', amount_usd: 0 });
    expect(await focusTotal('version=2')).toBe('1038.5000000000');
    expect(await focusTotal('version=1')).toBe('1036.0000000000');
    const first = await statement('/statements/2026-02');
    expect([totalOf(first), first.status]).toEqual([1036, expect.stringContaining('version 2 is the latest')]);
    const fault = await api.get('/statements/2026-02?version=3');
    expect([fault.status, fault.json.message]).toEqual([
      400,
      'version: 2026-02 has no version 3: its latest version is 2',
    ]);
  });

  it('an adjustment is of the first month that is still open when it is recorded', async () => {
    await close();
    for (const day of eachDay({ from: '2026-03-01', until: '2026-04-01' })) await storeDay(day);
    await close('2026-03-01');
    await storeDay(DAYS[4]!, [['prod', 'compute', '36'], ...LINES.slice(1)]);
    await stored.session.recordRestatementsOfClosedMonths(stored.run);
    expect((await statement('/statements/2026-03')).adjustments).toBeUndefined();
    expect((await statement('/statements/2026-04')).adjustments).toHaveLength(1);
  });

  it('a charge that comes new goes to those who bear its component, else to nobody; one that goes away is taken back', async () => {
    await close();
    await storeDay(DAYS[0]!, [
      ['prod', 'compute', '6', 'a new service'],
      ['lab', 'backup', '7'],
      ['support', 'compute', '3'],
      ['support', 'core', '1'],
    ]);
    await close();
    const { users, unallocated, check } = await statement('/statements/2026-02?version=2');
    // prod had 33 and has 6: 27 less, of which ana bore two thirds.
    expect(totals({ users })).toEqual({ ana: 672 - 18, bob: 336 - 9 });
    expect(unallocated).toContainEqual({ reason: 'not allocated', hub: 'lab', component: 'backup', total_usd: 7 });
    expect(check.at(-1)).toEqual({ what: 'Difference', amount_usd: 0 });
  });

  it('keeps the pseudonym of a forgotten person in the frozen rows too', async () => {
    await close();
    await stored.session.forgetUser({ hub: 'prod', username: 'ana', as: undefined });
    const json = await statement('/statements/2026-02');
    expect(totals(json)).toEqual({ bob: 336, 'forgotten-1': 672 });
    expect((await api.get('/focus?from=2026-02-01&to=2026-02-28&version=1')).text).not.toContain('ana');
    expect(await stored.query(`SELECT FROM closed_costs WHERE closed_costs::text LIKE '%ana%'`)).toEqual([]);
  });

  it.each([
    ['2026-11-01', '2026-11-28', '2026-11 cannot be closed: it ends on 2026-11-30'],
    ['2026-01-01', TODAY, '2026-01 cannot be closed: nothing is stored of it'],
    [
      '2026-03-01',
      TODAY,
      '2026-03 cannot be closed: costs of 30 of its days are missing, the first of them 2026-03-02',
    ],
  ])('refuses %s on %s', async (month, today, message) => {
    await storeDay('2026-03-01');
    const attempt = close(month, today);
    await expect(attempt).rejects.toThrow(MonthNotClosableError);
    await expect(attempt).rejects.toThrow(message);
    expect(await stored.query(`SELECT FROM closed_months`)).toEqual([]);
  });

  it('closes the first month of a young account, whose first days do not exist', async () => {
    await stored.query(`DELETE FROM attributed_costs WHERE day < '2026-02-10'`);
    await stored.query(`DELETE FROM user_costs WHERE day < '2026-02-10'`);
    await stored.query(`DELETE FROM cost_days WHERE day < '2026-02-10'`);
    expect(await close()).toMatchObject({ version: 1 });
  });

  it('lists months that are billed and whose days are all final', async () => {
    const list = () => stored.session.listSettledMonths(TODAY);
    expect(await list()).toEqual([MONTH]);
    expect(await stored.session.listSettledMonths('2026-03-07')).toEqual([]);
    expect(await stored.session.listSettledMonths('2026-03-08')).toEqual([MONTH]);
    await storeDay(DAYS.at(-1)!, LINES, { estimated: true });
    expect(await list()).toEqual([]);
    // By hand it may be closed all the same.
    expect(await close()).toMatchObject({ version: 1, estimatedDays: 1 });
  });

  it('freezes charges that add up to each charge of AWS and to what each user bears, exactly', async () => {
    // 100 days' worth of thirds.
    await storeDay(DAYS[9]!, [
      ['prod', 'compute', '0.0000000007', 'a'],
      ['prod', 'compute', '10.0000000001', 'b'],
      ['prod', 'compute', '-1.3333333333', 'c'],
      ['support', 'compute', '7.7777777777', 'a'],
      ['support', 'compute', '0.1', 'd'],
    ]);
    await close();
    const sums = (relation: string, keys: string, amount: string) =>
      stored.query<Record<string, string>>(
        `SELECT ${keys}, sum(${amount})::text AS usd FROM ${relation} WHERE day >= '2026-02-01' GROUP BY ${keys}
         HAVING sum(${amount}) <> 0 ORDER BY ${keys}`,
      );
    expect(await sums('closed_costs', 'day, tagged_hub, service, component', 'amount_usd')).toEqual(
      (await sums('attributed_costs', 'day, hub, service, component', 'amount_usd')).map(({ hub, ...row }) => ({
        ...row,
        tagged_hub: hub,
      })),
    );
    const keys = 'day, hub, username, reason, component';
    expect(await sums('closed_costs', keys, 'amount_usd')).toEqual(
      await sums('user_costs', keys, '(direct_usd + shared_usd)'),
    );
    expect(await sums('closed_costs', keys, 'CASE WHEN is_shared THEN amount_usd ELSE 0 END')).toEqual(
      await sums('user_costs', keys, 'shared_usd'),
    );
  });
});

describe('a sync', () => {
  const step = (more: Partial<SyncWork> = {}) => {
    const progress = { begin: () => {}, show: () => {}, end: () => {} };
    const { session } = stored;
    const work = { session, today: TODAY, trigger: 'once', signal: new AbortController().signal, progress, ...more };
    return closeMonths(work as unknown as SyncWork);
  };
  const versions = () => stored.query(`SELECT month, version FROM closed_months ORDER BY 1, 2`);
  const finish = async (source: SyncSource, outcome: RunOutcome) => {
    const run = await stored.session.recordRunStarted({ source, trigger: 'once' });
    await stored.session.recordRunFinished(run, outcome, 1);
  };
  const FAILED = { status: 'failed', error: 'x' } as const;
  const succeed = async () => {
    for (const source of ['cost-explorer', 'prometheus'] as const) await finish(source, { status: 'succeeded' });
  };

  it('closes what AWS has settled by itself, never in the first one, and each month once', async () => {
    await succeed();
    expect(await step()).toBeUndefined();
    await succeed();
    expect(await step({ days: { from: MONTH, until: TODAY } })).toBeUndefined();
    expect(await step()).toMatchObject({ status: 'succeeded', notes: ['closed 2026-02'] });
    expect(await versions()).toEqual([{ month: MONTH, version: 1 }]);
    expect(await step()).toBeUndefined();
  });

  it('closes nothing while AWS may change a day, or when costs or usage could not be read', async () => {
    await succeed();
    await storeDay(DAYS[2]!, LINES, { estimated: true });
    await succeed();
    expect(await step()).toBeUndefined();
    await storeDay(DAYS[2]!);
    for (const source of ['cost-explorer', 'prometheus'] as const) {
      await succeed();
      await finish(source, FAILED);
      expect(await step()).toBeUndefined();
    }
    await succeed();
    expect(await step()).toMatchObject({ notes: ['closed 2026-02'] });
  });

  it('records what AWS restated of a closed month, in a backfill too, once', async () => {
    await close();
    await storeDay(DAYS[4]!, [['prod', 'compute', '36'], ...LINES.slice(1)]);
    expect(await step({ days: { from: DAYS[4]!, until: DAYS[5]! } })).toMatchObject({ rowsWritten: 2 });
    expect(await step()).toBeUndefined();
    expect(await versions()).toEqual([{ month: MONTH, version: 1 }]);
    expect((await statement('/statements/2026-03')).adjustments).toHaveLength(1);
  });
});

import { Logger } from '@nestjs/common';
import { addDays, countDays, dayOf, firstOfMonth, startOfDay } from '#libs/domain';
import { RunningApi } from '../../medium/api/running-api.js';
import { startDrillEstate, variablesOf, type DrillEstate } from '../drills/drill-estate.js';
import { DrilledDatabase } from '../drills/drilled-database.js';
import { syncInProcess } from '../drills/sync-in-process.js';

const MINUTE_MS = 60_000;
const HISTORY_DAYS = 3;
/** Go on while the clock stands. */
export const TIMERS = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;
/** A day is final once it is read two hours after its end. */
const SETTLE_MS = 120 * MINUTE_MS;

/**
 * What must hold of the days around an instant, whatever the machine's own clock says: a sync and an API whose clock
 * stands at the instant, a real PostgreSQL, and a real Prometheus with the samples until then.
 */
export function describeDaysAt(instant: Date): void {
  const environment = { ...process.env };
  const today = dayOf(instant);
  const sinceMidnightMs = instant.getTime() - startOfDay(today).getTime();
  let simulator: DrillEstate;
  let database: DrilledDatabase;
  let api: RunningApi;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    // The clock alone: timers go on.
    jest.useFakeTimers({ now: instant, doNotFake: [...TIMERS] });
    simulator = await startDrillEstate({ estate: { historyDays: HISTORY_DAYS } }, instant);
    database = await DrilledDatabase.create();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_COST_EXPLORER: simulator.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  });
  afterAll(async () => {
    jest.useRealTimers();
    process.env = { ...environment };
    await api?.stop();
    await database?.drop();
    await simulator?.close();
  });

  const sync = () => syncInProcess(variablesOf(simulator, database.url));

  it('reads every day from the first of the month, 13 months ago, up to the running one', async () => {
    const { 'cost-explorer': costs, prometheus: usage } = await sync();
    expect([costs.error, usage.error]).toEqual([undefined, undefined]);
    const [stored] = await database.query(
      `SELECT min(day)::text AS first, max(day)::text AS last, count(*)::int AS days
         FROM reporting.daily_total_costs WHERE name = 'account'`,
    );
    const first = firstOfMonth(today, -13);
    expect(stored).toEqual({ first, last: today, days: countDays({ from: first, until: addDays(today, 1) }) });
    expect(await database.brokenDays()).toEqual([]);
  });

  it('covers as much of the running day as has passed, and calls a day final two hours after its end', async () => {
    const days = await database.query(
      `SELECT day::text, status, coverage::float FROM reporting.usage_days WHERE dataset = 'compute' AND day >= $1 ORDER BY day`,
      [addDays(today, -2)],
    );
    const passed = sinceMidnightMs / 86_400_000;
    // A sample counts as current for five minutes.
    const slack = 6 / 1440;
    const running = days.at(-1) as { status: string; coverage: number };
    expect(days.slice(0, -1)).toEqual([
      { day: addDays(today, -2), status: 'final', coverage: 1 },
      { day: addDays(today, -1), status: sinceMidnightMs < SETTLE_MS ? 'provisional' : 'final', coverage: 1 },
    ]);
    expect(running.status).toBe('provisional');
    expect(running.coverage).toBeGreaterThanOrEqual(Math.max(0, passed - slack));
    expect(running.coverage).toBeLessThanOrEqual(Math.min(1, passed + slack));
  });

  it('changes no figure when it runs again at the same instant', async () => {
    const before = await database.everyRow();
    const { 'cost-explorer': costs, prometheus: usage } = await sync();
    expect([costs.error, usage.error]).toEqual([undefined, undefined]);
    expect([costs.daysChanged, usage.daysChanged]).toEqual([0, 0]);
    expect(await database.everyRow()).toEqual(before);
  });

  it('serves the 30 days that end with the running one, and refuses no day that exists', async () => {
    api = await RunningApi.start(database.url);
    const rows = await api.rows<{ date: string; name: string }>('/total_costs');
    const dates = rows.filter(({ name }) => name === 'account').map(({ date }) => date);
    expect([dates.length, dates[0], dates.at(-1)]).toEqual([30, addDays(today, -29), today]);
    const yesterday = await api.rows<{ date: string }>(
      `/total_costs?from=${addDays(today, -1)}&to=${addDays(today, -1)}`,
    );
    expect(yesterday.map(({ date }) => date)).toEqual([addDays(today, -1), addDays(today, -1)]);
    const { gaps } = (await api.get('/health')).json.details.usage as { gaps: { day: string }[] };
    expect(gaps.filter(({ day }) => day >= addDays(today, -HISTORY_DAYS))).toEqual([]);
  });
}

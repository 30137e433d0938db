import fc from 'fast-check';
import { planBudgetEvents, type BudgetEvent } from './budget-events.js';
import { evaluateBudget, listPeriods, periodAt, type Budget, type BudgetCost, type BudgetState } from './budgets.js';
import { addDays, countDays, eachDay } from './day.js';
import { forecastCost } from './forecast.js';
import { parseUsd, sumUsd } from './usd.js';

const usd = (amount: number) => parseUsd(String(amount));
const TODAY = '2026-11-12';
const NOVEMBER = { from: '2026-11-01', until: '2026-12-01' };

const HUB: Budget = {
  name: 'prod',
  target: { kind: 'hub', hub: 'prod', basis: 'tagged' },
  period: 'month',
  amountUsd: usd(2000),
  spentBeforeUsd: 0n,
  thresholds: [
    { on: 'actual', percent: 80 },
    { on: 'actual', everyUsd: usd(500) },
    { on: 'forecast', percent: 100 },
  ],
};

/** The same cost every day since September, up to the tenth of November. */
function costOf(daily: number, more: Partial<BudgetCost> = {}): BudgetCost {
  const days = eachDay({ from: '2026-09-01', until: '2026-11-11' });
  return {
    days: new Map(days.map((day) => [day, usd(daily)])),
    borne: new Set(days),
    settledTo: '2026-11-10',
    forecast: forecastCost(
      { to: '2026-11-10', usd: days.map(() => daily) },
      { from: '2026-11-11', until: NOVEMBER.until },
    ),
    ...more,
  };
}

const passed = (state: BudgetState) =>
  state.thresholds.filter(({ passedOn }) => passedOn).map((one) => `${one.on} ${one.threshold} ${one.passedOn}`);

describe('periods', () => {
  it.each([
    ['month', '2028-02-29', '2028-02-01', '2028-03-01'],
    ['month', '2026-12-31', '2026-12-01', '2027-01-01'],
    ['quarter', '2026-03-31', '2026-01-01', '2026-04-01'],
    ['quarter', '2026-11-12', '2026-10-01', '2027-01-01'],
    ['year', '2026-11-12', '2026-01-01', '2027-01-01'],
  ] as const)('the %s of %s is from %s to before %s', (interval, day, from, until) => {
    expect(periodAt(interval, day)).toEqual({ from, until });
  });

  it('follow each other without a gap, and have every day', () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((count) => addDays('2000-01-01', count));
    fc.assert(
      fc.property(
        fc.constantFrom('month', 'quarter', 'year'),
        day,
        fc.integer({ min: 0, max: 800 }),
        (period, since, more) => {
          const to = addDays(since, more);
          const periods = listPeriods({ ...HUB, period }, since, to);
          expect(periods[0]!.from <= since && since < periods[0]!.until).toBe(true);
          expect(periods.at(-1)!.from <= to && to < periods.at(-1)!.until).toBe(true);
          periods.slice(1).forEach(({ from }, at) => expect(from).toBe(periods[at]!.until));
        },
      ),
    );
  });

  it('a budget for certain days has these only, before, in and after them', () => {
    const grant = { from: '2026-01-15', until: '2027-01-15' };
    expect(listPeriods({ ...HUB, period: grant }, '2026-10-01', TODAY)).toEqual([grant]);
  });
});

describe('a budget', () => {
  it('says what is spent, what is expected, and when it passed what', () => {
    const state = evaluateBudget(HUB, NOVEMBER, costOf(70), TODAY);
    // Ten days of 70 USD; twenty to come; the 500th dollar on the eighth day, the 2000th on the 29th.
    expect(state).toMatchObject({
      spent: { usd: usd(700) },
      missingDays: 0,
      forecast: { usd: usd(2100), range: { lowUsd: usd(2100), highUsd: usd(2100) } },
      runOutOn: '2026-11-29',
    });
    expect(passed(state)).toEqual(['actual 500 USD 2026-11-08', 'forecast 100% 2026-11-10']);
    expect(state.thresholds.map(({ on, threshold }) => `${on} ${threshold}`)).toEqual([
      'actual 80%',
      'actual 500 USD',
      'actual 1000 USD',
      'actual 1500 USD',
      'actual 2000 USD',
      'forecast 100%',
    ]);
  });

  it('does not run out within a period that its forecast leaves some of', () => {
    expect(evaluateBudget(HUB, NOVEMBER, costOf(60), TODAY)).toMatchObject({
      forecast: { usd: usd(1800) },
      runOutOn: undefined,
    });
  });

  it('counts each step beyond the amount, too', () => {
    expect(passed(evaluateBudget(HUB, NOVEMBER, costOf(301), TODAY))).toEqual([
      'actual 80% 2026-11-06',
      'actual 500 USD 2026-11-02',
      'actual 1000 USD 2026-11-04',
      'actual 1500 USD 2026-11-05',
      'actual 2000 USD 2026-11-07',
      'actual 2500 USD 2026-11-09',
      'actual 3000 USD 2026-11-10',
      'forecast 100% 2026-11-10',
    ]);
  });

  it('has spent what was spent before its first day, which is where prepaid credit begins', () => {
    const state = evaluateBudget({ ...HUB, spentBeforeUsd: usd(1200) }, NOVEMBER, costOf(70), TODAY);
    expect(state.spent).toEqual({ usd: usd(1900) });
    expect(state.runOutOn).toBe('2026-11-12');
    expect(passed(state)).toContain('actual 1000 USD 2026-11-01');
  });

  it('that has ended is what it cost, and passes no forecast', () => {
    const october = { from: '2026-10-01', until: '2026-11-01' };
    const state = evaluateBudget(HUB, october, costOf(70), TODAY);
    expect(state).toMatchObject({ spent: { usd: usd(2170) }, forecast: { usd: usd(2170) }, runOutOn: '2026-10-29' });
    expect(passed(state).filter((one) => one.startsWith('forecast'))).toEqual([]);
  });

  it.each([
    ['has not begun', { from: '2026-12-01', until: '2027-01-01' }, {}, 'the period has not begun'],
    ['began today', { from: TODAY, until: '2026-12-12' }, {}, 'no day of the period is settled yet'],
    ['is of days that nobody read', { from: '2026-01-01', until: '2026-02-01' }, {}, 'no day of the period is stored'],
    [
      'is of a cluster without any day',
      NOVEMBER,
      { settledTo: undefined, days: new Map() },
      'no day of the period is settled yet',
    ],
  ])('that %s has spent nobody knows what', (_, period, more, reason) => {
    const state = evaluateBudget(HUB, period, costOf(70, more), TODAY);
    expect(state.spent).toEqual({ reason });
    expect(state.thresholds.filter(({ on, passedOn }) => on === 'actual' && passedOn)).toEqual([]);
  });

  it('with days that are not stored has no forecast, and says how many', () => {
    const { days, ...rest } = costOf(70);
    const some = new Map([...days].filter(([day]) => day !== '2026-11-03' && day !== '2026-11-04'));
    expect(evaluateBudget(HUB, NOVEMBER, { ...rest, days: some }, TODAY)).toMatchObject({
      spent: { usd: usd(560) },
      missingDays: 2,
      forecast: { reason: '2 of the days of the period are not stored' },
      runOutOn: undefined,
    });
  });

  it('of a user has no forecast', () => {
    const user: Budget = { ...HUB, target: { kind: 'user', username: 'ada', hub: 'prod' } };
    expect(evaluateBudget(user, NOVEMBER, costOf(70), TODAY)).toMatchObject({
      forecast: { reason: 'a user has no forecast' },
    });
  });

  it('names the days of which nobody knows who bears their cost, and knows nothing where that is all of them', () => {
    const { borne, ...cost } = costOf(70);
    const some = { ...cost, borne: new Set([...borne].filter((day) => day !== '2026-11-03')) };
    expect(evaluateBudget(HUB, NOVEMBER, some, TODAY)).toMatchObject({ spent: { usd: usd(700) }, missingDays: 1 });
    expect(evaluateBudget(HUB, NOVEMBER, { ...cost, borne: new Set() }, TODAY)).toMatchObject({
      spent: { reason: 'usage of no day of the period was read' },
      missingDays: 10,
      runOutOn: undefined,
    });
  });

  it('adds up to the last digit, and runs out on the first day that takes it there', () => {
    const amounts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 13n }), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 1n, max: 10n ** 14n }), (daily, amountUsd) => {
        const days = new Map(daily.map((amount, at) => [addDays(NOVEMBER.from, at), amount]));
        const cost = { days, borne: new Set(days.keys()), settledTo: '2026-11-30', forecast: 'not needed' };
        const { spent, runOutOn } = evaluateBudget({ ...HUB, amountUsd, thresholds: [] }, NOVEMBER, cost, '2026-12-02');
        expect(spent).toEqual({ usd: sumUsd(daily) });
        const upTo = (count: number) => sumUsd(daily.slice(0, count));
        if (runOutOn === undefined) expect(upTo(30) < amountUsd).toBe(true);
        else {
          const before = countDays({ from: NOVEMBER.from, until: runOutOn });
          expect(upTo(before) < amountUsd && upTo(before + 1) >= amountUsd).toBe(true);
        }
      }),
    );
  });
});

describe('events', () => {
  const plan = (daily: number, recorded: readonly BudgetEvent[] = []) =>
    planBudgetEvents(evaluateBudget(HUB, NOVEMBER, costOf(daily), TODAY), '2026-11-10', recorded);
  const said = (events: readonly BudgetEvent[]) =>
    events.map((one) => `${one.on} ${one.event} ${one.threshold} ${one.occurrence}`);

  it('are one for each threshold that was passed, and none when looked at again', () => {
    const events = plan(110);
    expect(said(events)).toEqual(['actual passed 500 USD 1', 'actual passed 1000 USD 1', 'forecast passed 100% 1']);
    expect(plan(110, events)).toEqual([]);
    expect(said(plan(155, events))).toEqual(['actual passed 1500 USD 1']);
  });

  it('say that a restatement takes the budget under a threshold, once, and that it passed again', () => {
    const first = plan(110);
    const under = plan(90, first);
    expect(said(under)).toEqual(['actual under 1000 USD 2']);
    expect(under[0]).toMatchObject({ usd: usd(900), thresholdUsd: usd(1000), day: '2026-11-10' });
    expect(plan(90, [...first, ...under])).toEqual([]);
    expect(said(plan(110, [...first, ...under]))).toEqual(['actual passed 1000 USD 3']);
  });

  it('say it of a step beyond the amount, too', () => {
    expect(said(plan(210, plan(260)))).toEqual(['actual under 2500 USD 2']);
  });

  it('say nothing of a forecast that goes down and up again', () => {
    const first = plan(70);
    expect(said(first)).toEqual(['actual passed 500 USD 1', 'forecast passed 100% 1']);
    expect(plan(60, first)).toEqual([]);
    expect(plan(70, first)).toEqual([]);
  });

  it('say nothing while nothing is known', () => {
    const future = { from: '2026-12-01', until: '2027-01-01' };
    const state = evaluateBudget({ ...HUB, thresholds: [{ on: 'actual', percent: 1 }] }, future, costOf(70), TODAY);
    expect(planBudgetEvents(state, '2026-11-10', [])).toEqual([]);
    expect(planBudgetEvents(state, undefined, [])).toEqual([]);
  });

  it('settle: whatever costs do, a second look at the same cost says nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 6 }), (daily) => {
        const recorded: BudgetEvent[] = [];
        for (const one of daily) {
          recorded.push(...plan(one, recorded));
          expect(plan(one, recorded)).toEqual([]);
        }
        const keys = recorded.map((one) => `${one.on} ${one.threshold} ${one.occurrence}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 30 },
    );
  });
});

import type { Expression, GetCostAndUsageCommandInput } from '@aws-sdk/client-cost-explorer';
import { DEFAULT_ATTRIBUTION, eachDay, formatUsd, parseUsd, type DayCosts } from '#libs/domain';
import { FakeCostExplorer, sendError, sendJson, type Answer } from '../testing/fake-cost-explorer.js';
import { CostExplorerReader, type CostExplorerReaderOptions } from './cost-explorer.client.js';
import { PartitionMismatchError } from './errors.js';
import { planCostRequests } from './requests.js';

const window = { from: '2026-03-01', until: '2026-03-03' };
const subject = { attribution: DEFAULT_ATTRIBUTION, clusterName: 'c' };
const { parts, ...ungrouped } = planCostRequests(subject, 'amortized', window);
const [homeStorage, core, compute, neither] = [parts[0]!, parts[1]!, parts[2]!, parts[3]!];
const plan = { ...ungrouped, homeStorage, core, compute, neither };
const OTHER = 'EC2 - Other';

const usd = (Amount: string) => ({ AmortizedCost: { Amount, Unit: 'USD' } });
const on = (day: string) => ({ Start: day, End: '2026-01-01' });
const totals = (first: string, second: string) => ({
  ResultsByTime: [
    { TimePeriod: on('2026-03-01'), Total: usd(first), Estimated: false },
    { TimePeriod: on('2026-03-02'), Total: usd(second), Estimated: true },
  ],
});
const groups = (day: string, ...rows: [hub: string, service: string, amount: string][]) => ({
  TimePeriod: on(day),
  Groups: rows.map(([hub, service, amount]) => ({ Keys: [`2i2c:hub-name$${hub}`, service], Metrics: usd(amount) })),
});

/** A consistent estate; the third part's first day goes on on its second page. */
const PAGES: Readonly<Record<keyof typeof plan, readonly { ResultsByTime: unknown[] }[]>> = {
  account: [totals('100', '200')],
  attributable: [totals('18.75', '0')],
  homeStorage: [{ ResultsByTime: [groups('2026-03-01', ['prod', OTHER, '1.5']), groups('2026-03-02')] }],
  core: [{ ResultsByTime: [groups('2026-03-01', ['', OTHER, '2.25']), groups('2026-03-02')] }],
  compute: [{ ResultsByTime: [groups('2026-03-01', ['prod', 'r5.xlarge', '8']), groups('2026-03-02')] }],
  neither: [
    { ResultsByTime: [groups('2026-03-01', ['prod', OTHER, '3'])] },
    { ResultsByTime: [groups('2026-03-01', ['staging', OTHER, '4']), groups('2026-03-02')] },
  ],
};

function requestOf(input: GetCostAndUsageCommandInput): keyof typeof plan {
  const same = (filter: Expression | undefined) => JSON.stringify(filter) === JSON.stringify(input.Filter);
  return (Object.keys(plan) as (keyof typeof plan)[]).find((name) => same(plan[name].input.Filter))!;
}

/** Answers as a healthy Cost Explorer. */
const answerWell: Answer = (input, response) => {
  const pages = PAGES[requestOf(input)];
  const index = Number(input.NextPageToken ?? 0);
  const more = index + 1 < pages.length ? { NextPageToken: String(index + 1) } : {};
  sendJson(response, { ...pages[index], ...more });
};

describe('reading costs from Cost Explorer', () => {
  let fake: FakeCostExplorer;
  const environment = { ...process.env };

  const start = async (answer: Answer) => (fake = await FakeCostExplorer.start(answer));
  const reader = (more: Partial<CostExplorerReaderOptions> = {}) =>
    new CostExplorerReader({
      ...subject,
      costBasis: 'amortized',
      ...more,
      timing: { settleMs: 5, ...more.timing },
    });
  const listed = (days: readonly DayCosts[]) =>
    days.flatMap(({ day, attributed }) =>
      attributed.map(({ hub, component, amountUsd }) => `${day} ${hub} ${component} ${formatUsd(amountUsd)}`),
    );
  const asked = () => fake.inputs.map(requestOf).join(' ');
  const timesAsked = (name: string) => fake.inputs.map(requestOf).filter((one) => one === name).length;

  // The SDK waits a random part of its delay before it tries again: none of it.
  beforeEach(() => jest.spyOn(Math, 'random').mockReturnValue(0));

  afterEach(async () => {
    jest.restoreAllMocks();
    await fake.stop();
    process.env = { ...environment };
  });

  it('joins the six answers, over their pages, into the days of the window', async () => {
    await start(answerWell);
    const reading = await reader().fetchCosts(window);
    expect(listed(reading.days)).toEqual([
      '2026-03-01 prod compute 8.0000000000',
      '2026-03-01 prod compute 3.0000000000',
      '2026-03-01 prod home storage 1.5000000000',
      '2026-03-01 staging compute 4.0000000000',
      '2026-03-01 support core 2.2500000000',
    ]);
    expect(reading.days.map(({ day, accountUsd, estimated }) => [day, accountUsd, estimated])).toEqual([
      ['2026-03-01', parseUsd('100'), false],
      ['2026-03-02', parseUsd('200'), true],
    ]);
    expect(reading.window).toBe(window);
    expect(reading.requests).toBe(7);
  });

  it('asks each page with unchanged parameters, and tells of every request', async () => {
    await start(answerWell);
    const onRequest = jest.fn();
    await reader({ onRequest }).fetchCosts(window);
    expect(fake.inputs.map((input) => ({ ...input, NextPageToken: undefined }))).toEqual([
      plan.attributable.input,
      plan.homeStorage.input,
      plan.core.input,
      plan.compute.input,
      plan.neither.input,
      plan.neither.input,
      plan.account.input,
    ]);
    expect(fake.inputs.flatMap((input) => input.NextPageToken ?? [])).toEqual(['1']);
    expect(fake.inputs[5]?.NextPageToken).toBe('1');
    expect(onRequest).toHaveBeenCalledTimes(7);
  });

  it('tries again when throttled or failed, and counts the attempts as requests', async () => {
    await start((input, response, number) => {
      if (number === 1) sendError(response, 'ThrottlingException');
      else if (number === 3) sendError(response, 'LimitExceededException');
      else if (number === 5) sendError(response, 'InternalFailure', 500);
      else if (number === 7) response.destroy();
      else answerWell(input, response, number);
    });
    const reading = await reader().fetchCosts(window);
    expect(listed(reading.days)).toHaveLength(5);
    expect(reading.requests).toBe(11);
    expect(fake.inputs).toHaveLength(11);
  });

  it('gives up when throttled five times over', async () => {
    await start((_input, response) => sendError(response, 'ThrottlingException'));
    await expect(reader().fetchCosts(window)).rejects.toMatchObject({ cause: { name: 'ThrottlingException' } });
    expect(fake.inputs).toHaveLength(5);
  });

  it.each(['InvalidNextTokenException', 'RequestChangedException'])(
    'asks a request anew from its first page, once, after %s',
    async (type) => {
      await start((input, response, number) => {
        if (number === 6) sendError(response, type);
        else answerWell(input, response, number);
      });
      const reading = await reader().fetchCosts(window);
      expect(listed(reading.days)).toContain('2026-03-01 prod compute 3.0000000000');
      expect(asked()).toBe('attributable homeStorage core compute neither neither neither neither account');
      expect(fake.inputs[6]?.NextPageToken).toBeUndefined();
      await fake.stop();

      await start((input, response, number) => {
        if (input.NextPageToken) sendError(response, type);
        else answerWell(input, response, number);
      });
      await expect(reader().fetchCosts(window)).rejects.toMatchObject({ cause: { name: type } });
      expect(timesAsked('neither')).toBe(4);
    },
  );

  it('asks the total and its parts again when a refresh landed between them', async () => {
    await start((input, response, number) => {
      if (number === 1) sendJson(response, totals('9', '0'));
      else answerWell(input, response, number);
    });
    const reading = await reader().fetchCosts(window);
    expect(listed(reading.days)).toHaveLength(5);
    const once = 'attributable homeStorage core compute neither neither';
    expect(asked()).toBe(`${once} ${once} account`);
  });

  it('fails with the days and both figures when the parts never add up, having asked three times', async () => {
    await start((input, response, number) => {
      if (requestOf(input) === 'attributable') sendJson(response, totals('18.75', '0.5'));
      else answerWell(input, response, number);
    });
    const error: unknown = await reader()
      .fetchCosts(window)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PartitionMismatchError);
    expect((error as PartitionMismatchError).message).toBe(
      "Cost Explorer's parts do not add up to its attributable total " +
        '(2026-03-02: total 0.5000000000 USD, parts 0.0000000000 USD)',
    );
    expect(timesAsked('attributable')).toBe(3);
  });

  it.each(['account', 'attributable'] as const)('refuses an answer to the %s total that lacks a day', async (name) => {
    await start((input, response, number) => {
      if (requestOf(input) !== name) answerWell(input, response, number);
      else sendJson(response, { ResultsByTime: [{ TimePeriod: on('2026-03-02'), Total: usd('0') }] });
    });
    await expect(reader().fetchCosts(window)).rejects.toThrow(
      `Cost Explorer's answer (${name} total) lacks days that were asked for: 2026-03-01`,
    );
  });

  it('refuses pages that lead back to themselves', async () => {
    await start((input, response, number) => {
      if (requestOf(input) === 'core') sendJson(response, { ResultsByTime: [], NextPageToken: 'again' });
      else answerWell(input, response, number);
    });
    await expect(reader().fetchCosts(window)).rejects.toThrow('(core) gives the same page token twice');
    expect(timesAsked('core')).toBe(2);
  });

  it('never sends more requests than its budget, retries included', async () => {
    await start((input, response, number) => {
      if (number === 2) sendError(response, 'ThrottlingException');
      else answerWell(input, response, number);
    });
    const onRequest = jest.fn();
    await expect(reader({ maxRequests: 6, onRequest }).fetchCosts(window)).rejects.toThrow(
      'stopped before the request to Cost Explorer that would exceed the budget of 6',
    );
    expect(fake.inputs).toHaveLength(6);
    expect(onRequest).toHaveBeenCalledTimes(6);
    await fake.stop();

    await start((_input, response) => sendError(response, 'ThrottlingException'));
    await expect(reader({ maxRequests: 2 }).fetchCosts(window)).rejects.toThrow('exceed the budget of 2');
    expect(fake.inputs).toHaveLength(2);
  });

  describe('of an account that is younger than the window', () => {
    const asked14Months = { from: '2025-02-01', until: '2026-03-29' };
    const days = eachDay(asked14Months);

    /** Knows nothing of the days before the first; later ones cost nothing. */
    const answerSince =
      (firstDay: string, name: string, words = ''): Answer =>
      ({ TimePeriod, GroupBy }, response) => {
        const { Start = '', End = '' } = TimePeriod!;
        if (Start < firstDay) return sendError(response, name, 400, words);
        const ResultsByTime = eachDay({ from: Start, until: End }).map((day) => ({
          TimePeriod: on(day),
          ...(GroupBy ? { Groups: [] } : { Total: usd('0') }),
        }));
        return sendJson(response, { ResultsByTime });
      };

    it.each(['2026-03-09', '2026-03-28', '2025-02-02', '2025-07-01', '2026-02-28'])(
      'reads since its first day, %s, having found it in ten requests',
      async (firstDay) => {
        await start(answerSince(firstDay, 'DataUnavailableException', 'Data is not available.'));
        const reading = await reader().fetchCosts(asked14Months);
        expect(reading.window).toEqual({ from: firstDay, until: '2026-03-29' });
        expect(reading.days.map(({ day }) => day)).toEqual(days.slice(days.indexOf(firstDay)));
        expect(reading.requests).toBe(fake.inputs.length);
        // The first refusal, the search, and the six of the reading.
        expect(reading.requests).toBeLessThanOrEqual(1 + 10 + 6);
      },
    );

    it.each([
      ['BillExpirationException', ''],
      ['ValidationException', "You haven't enabled historical data beyond 14 months"],
      [
        'ValidationException',
        'To retrieve data beyond the past 14 months, your start date needs to be the first day …',
      ],
    ])('takes %s (%s) for the same', async (name, words) => {
      await start(answerSince('2026-02-27', name, words));
      expect((await reader().fetchCosts(asked14Months)).window.from).toBe('2026-02-27');
    });

    it('fails after two requests where there are no data at all', async () => {
      await start(answerSince('2026-12-01', 'DataUnavailableException'));
      await expect(reader().fetchCosts(asked14Months)).rejects.toThrow('has no data yet: DataUnavailableException');
      expect(fake.inputs).toHaveLength(2);
    });

    it('fails at once for another fault of its window', async () => {
      await start(answerSince('2026-12-01', 'ValidationException', 'Start date should not be in the future'));
      await expect(reader().fetchCosts(asked14Months)).rejects.toThrow('ValidationException');
      expect(fake.inputs).toHaveLength(1);
    });

    it('reads the whole window when the refusal was but a passing one', async () => {
      const answer = answerSince('2025-01-01', '');
      await start((input, response, number) =>
        number === 1 ? sendError(response, 'DataUnavailableException') : answer(input, response, number),
      );
      expect((await reader().fetchCosts(asked14Months)).window).toEqual(asked14Months);
    });

    it('stays within its budget of requests', async () => {
      await start(answerSince('2026-03-09', 'DataUnavailableException'));
      await expect(reader({ maxRequests: 6 }).fetchCosts(asked14Months)).rejects.toThrow('exceed the budget of 6');
      expect(fake.inputs).toHaveLength(6);
    });
  });

  it('has the whole budget for each reading', async () => {
    await start(answerWell);
    const limited = reader({ maxRequests: 7 });
    await limited.fetchCosts(window);
    expect((await limited.fetchCosts(window)).requests).toBe(7);
  });

  it.each<[string, Answer]>([
    ['never begins to answer', () => {}],
    ['stops in the middle of its answer', (_input, response) => response.writeHead(200).write('{"ResultsByTime":[')],
  ])('does not wait for an endpoint that %s', async (_what, hang) => {
    await start((input, response, number) => (number === 2 ? hang : answerWell)(input, response, number));
    const reading = await reader({ timing: { answerMs: 150 } }).fetchCosts(window);
    expect(listed(reading.days)).toHaveLength(5);
    expect(reading.requests).toBe(8);
  });

  it('stops at once when told to', async () => {
    const stop = new AbortController();
    await start((input, response, number) => {
      if (number < 3) answerWell(input, response, number);
      else stop.abort();
    });
    await expect(reader().fetchCosts(window, stop.signal)).rejects.toMatchObject({ cause: { name: 'AbortError' } });
    expect(fake.inputs).toHaveLength(3);
  });
});

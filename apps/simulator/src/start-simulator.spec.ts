import {
  CostExplorerClient,
  GetCostAndUsageCommand,
  GetTagsCommand,
  ListCostAllocationTagsCommand,
  type GetCostAndUsageCommandInput,
  type GetCostAndUsageCommandOutput,
} from '@aws-sdk/client-cost-explorer';
import { addDays, formatUsd, parseUsd } from '#libs/domain';
import { startSimulator, type Simulator, type SimulatorOptions } from './index.js';

const TODAY = '2026-11-20';
const LAST_WEEK = { Start: '2026-11-10', End: '2026-11-17' };
const BY_SERVICE: GetCostAndUsageCommandInput = {
  TimePeriod: LAST_WEEK,
  Granularity: 'DAILY',
  Metrics: ['UnblendedCost'],
  GroupBy: [
    { Type: 'TAG', Key: '2i2c:hub-name' },
    { Type: 'DIMENSION', Key: 'SERVICE' },
  ],
};

let simulator: Simulator;
let client: CostExplorerClient;

async function start(options: SimulatorOptions = {}): Promise<void> {
  simulator = await startSimulator({ estate: { today: TODAY }, ...options });
  client = new CostExplorerClient({
    endpoint: simulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
}

afterEach(async () => {
  client?.destroy();
  await simulator.close();
});

const ask = (input: GetCostAndUsageCommandInput) => client.send(new GetCostAndUsageCommand(input));

async function askAllPages(input: GetCostAndUsageCommandInput): Promise<GetCostAndUsageCommandOutput[]> {
  const pages: GetCostAndUsageCommandOutput[] = [];
  let token: string | undefined;
  do {
    const page = await ask({ ...input, NextPageToken: token });
    pages.push(page);
    token = page.NextPageToken;
  } while (token !== undefined);
  return pages;
}

function flatten(pages: readonly GetCostAndUsageCommandOutput[]): string[] {
  return pages.flatMap((page) =>
    page.ResultsByTime!.flatMap((result) =>
      result.Groups!.map((group) =>
        [result.TimePeriod!.Start, ...group.Keys!, group.Metrics!.UnblendedCost!.Amount].join('|'),
      ),
    ),
  );
}

describe('the Cost Explorer of the simulator, asked with the AWS SDK', () => {
  it('answers the total of a day as the exact sum of the bill', async () => {
    await start();
    const answer = await ask({ ...BY_SERVICE, TimePeriod: { Start: '2026-11-16', End: '2026-11-17' }, GroupBy: [] });
    const sum = simulator.estate
      .lineItemsOn('2026-11-16')
      .reduce((total, item) => total + parseUsd(item.amounts.UnblendedCost), 0n);
    expect(answer.ResultsByTime).toHaveLength(1);
    expect(formatUsd(parseUsd(answer.ResultsByTime![0]!.Total!.UnblendedCost!.Amount!))).toBe(formatUsd(sum));
    expect(answer.ResultsByTime![0]).toMatchObject({
      TimePeriod: { Start: '2026-11-16', End: '2026-11-17' },
      Total: { UnblendedCost: { Unit: 'USD' } },
      Groups: [],
      Estimated: false,
    });
  });

  it('marks the last days as estimated, and only those', async () => {
    await start({ estimatedDays: 2 });
    const answer = await ask({ ...BY_SERVICE, TimePeriod: { Start: '2026-11-17', End: '2026-11-21' }, GroupBy: [] });
    expect(answer.ResultsByTime!.map((result) => result.Estimated)).toEqual([false, false, true, true]);
  });

  it('splits a day over pages that together are the whole answer', async () => {
    await start();
    const whole = flatten(await askAllPages(BY_SERVICE));
    client.destroy();
    await simulator.close();
    await start({ pageSize: 7 });
    const pages = await askAllPages(BY_SERVICE);
    expect(flatten(pages)).toEqual(whole);
    const firstDays = pages.map((page) => page.ResultsByTime![0]!.TimePeriod!.Start);
    expect(new Set(firstDays).size).toBeLessThan(pages.length);
    expect(simulator.requestCounts.answered('GetCostAndUsage')).toBe(pages.length);
  });

  it('refuses a page token with other parameters, and one that it never gave', async () => {
    await start({ pageSize: 7 });
    const { NextPageToken } = await ask(BY_SERVICE);
    await expect(ask({ ...BY_SERVICE, Metrics: ['AmortizedCost'], NextPageToken })).rejects.toMatchObject({
      name: 'RequestChangedException',
    });
    await expect(ask({ ...BY_SERVICE, NextPageToken: 'bogus' })).rejects.toMatchObject({
      name: 'InvalidNextTokenException',
    });
  });

  it.each([
    ['a filter with two roots', { Filter: { And: [], Not: { Tags: { Key: 'a' } } } }, /more than one roots/],
    ['an And of one', { Filter: { And: [{ Tags: { Key: 'a' } }] } }, /at least 2 operands/],
    [
      'three groupings',
      { GroupBy: ['SERVICE', 'REGION', 'AZ'].map((Key) => ({ Type: 'DIMENSION' as const, Key })) },
      /maximum number/,
    ],
    ['an unknown metric', { Metrics: ['Cost'] }, /Metric Cost is invalid/],
    ['months', { Granularity: 'MONTHLY' as const }, /Granularity/],
    ['what it does not play', { BillingViewArn: 'arn:aws:billing::1:billingview/a' }, /BillingViewArn/],
    ['a start before the history', { TimePeriod: { Start: '2025-09-30', End: '2025-11-01' } }, /beyond 14 months/],
    ['a start in the future', { TimePeriod: { Start: '2026-11-21', End: '2026-11-22' } }, /future/],
    ['an empty period', { TimePeriod: { Start: '2026-11-01', End: '2026-11-01' } }, /before end date/],
  ])('refuses %s with a ValidationException', async (_, change, message) => {
    await start();
    await expect(ask({ ...BY_SERVICE, ...change })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('knows the first day of the thirteenth month before this one', async () => {
    await start();
    const answer = await ask({ ...BY_SERVICE, TimePeriod: { Start: '2025-10-01', End: '2025-10-02' } });
    expect(answer.ResultsByTime![0]!.Groups!.length).toBeGreaterThan(10);
  });

  it('lists tags and cost allocation tags', async () => {
    await start({ inactiveTags: ['2i2c:node-purpose'] });
    const hubs = await client.send(new GetTagsCommand({ TimePeriod: LAST_WEEK, TagKey: '2i2c:hub-name' }));
    expect(hubs.Tags).toEqual(['', 'binder', 'prod', 'research', 'staging', 'training', 'workshop']);
    const { CostAllocationTags: all } = await client.send(new ListCostAllocationTagsCommand({}));
    const inactive = all!.filter(({ Status }) => Status === 'Inactive');
    expect(inactive.map(({ TagKey }) => TagKey)).toEqual(['2i2c:node-purpose']);
    const nodes = await client.send(new GetTagsCommand({ TimePeriod: LAST_WEEK, TagKey: '2i2c:node-purpose' }));
    expect(nodes.Tags).toEqual(['']);
  });

  it('throws the documented errors by name for as many requests as it was told', async () => {
    await start();
    simulator.faults.add({ kind: 'error', name: 'LimitExceededException', after: 1, times: 2 });
    await ask(BY_SERVICE);
    await expect(ask(BY_SERVICE)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await expect(ask(BY_SERVICE)).rejects.toMatchObject({ name: 'LimitExceededException' });
    await ask(BY_SERVICE);
    expect(JSON.parse(JSON.stringify(simulator.requestCounts))).toEqual({
      GetCostAndUsage: { answered: 2, refused: 2 },
    });
  });

  it('answers with HTML, no connection, an empty answer or a lost token when told over HTTP', async () => {
    await start({ pageSize: 7 });
    const faults = [{ kind: 'html' }, { kind: 'dropped-connection' }, { kind: 'empty-answer' }, { kind: 'lost-token' }];
    const told = await fetch(`${simulator.url}/simulator/faults`, { method: 'POST', body: JSON.stringify(faults) });
    expect(await told.json()).toEqual({ added: 4 });
    await expect(ask(BY_SERVICE)).rejects.toMatchObject({ $metadata: { httpStatusCode: 502 } });
    await expect(ask(BY_SERVICE)).rejects.toThrow(/socket hang up|ECONNRESET/);
    const empty = await ask(BY_SERVICE);
    expect(empty.ResultsByTime!.map((result) => result.Groups!.length)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    const { NextPageToken } = await ask(BY_SERVICE);
    await expect(ask({ ...BY_SERVICE, NextPageToken })).rejects.toMatchObject({ name: 'InvalidNextTokenException' });
  });

  it('serves the metrics of all days until now, for promtool to import', async () => {
    simulator = await startSimulator({ estate: { historyDays: 1, users: 3 } });
    const { usageFrom } = simulator.estate;
    const text = await (await fetch(`${simulator.url}/history`)).text();
    const instants = [...text.matchAll(/ (\d+(?:\.\d+)?)$/gm)].map(([, second]) => Number(second) * 1000);
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    expect(new Date(Math.min(...instants)).toISOString().slice(0, 10)).toBe(addDays(usageFrom, -1));
    // A scrape every five minutes.
    expect(Date.now() - Math.max(...instants)).toBeLessThan(10 * 60_000);
  });

  it('refuses a fault that does not exist', async () => {
    await start();
    const told = await fetch(`${simulator.url}/simulator/faults`, { method: 'POST', body: '{"kind":"earthquake"}' });
    expect(told.status).toBe(400);
  });

  it('restates a service from one request to the next', async () => {
    await start();
    const total = { ...BY_SERVICE, TimePeriod: { Start: '2026-11-16', End: '2026-11-17' }, GroupBy: undefined };
    const eks: GetCostAndUsageCommandInput = {
      ...total,
      Filter: { Dimensions: { Key: 'SERVICE', Values: ['Amazon Elastic Container Service for Kubernetes'] } },
    };
    simulator.faults.add({
      kind: 'restatement',
      after: 1,
      from: '2026-11-16',
      until: '2026-11-17',
      service: 'Amazon Elastic Container Service for Kubernetes',
      percent: 150,
    });
    const amount = async () => (await ask(eks)).ResultsByTime![0]!.Total!.UnblendedCost!.Amount;
    // Two clusters at 2.4 USD a day.
    expect([await amount(), await amount()]).toEqual(['4.8', '7.2']);
  });
});

import { promises as timers } from 'node:timers';
import { Logger } from '@nestjs/common';
import { addDays, eachDay, firstOfMonth } from '#libs/domain';
import type { FaultRequest, LineItem, SimulatorOptions } from '../../../apps/simulator/src/index.js';
import type { SourceSummary } from '../../../apps/sync/src/run-summary.js';
import type { SyncTask } from '../../../apps/sync/src/task.js';
import { expectedDay } from '../sync/expected-costs.js';
import { startDrillEstate, variablesOf, type DrillEstate } from './drill-estate.js';
import { differences, DrilledDatabase, NO_DIFFERENCE } from './drilled-database.js';
import { syncInProcess } from './sync-in-process.js';

const FOR_EVER = 10_000;
const COMPUTE = 'Amazon Elastic Compute Cloud - Compute';
const environment = { ...process.env };
/** Each run meets another state of the bill, so that days which stayed as they were can be told from days read anew. */
let percent = 100;

let database: DrilledDatabase;
const simulators: DrillEstate[] = [];
let simulator: DrillEstate;

async function startSimulator(options: SimulatorOptions = {}): Promise<DrillEstate> {
  const started = await startDrillEstate(options);
  simulators.push(started);
  return started;
}

beforeAll(async () => {
  Logger.overrideLogger(false);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    // What asks for credentials where there are none must not find this machine's.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });
  simulator = await startSimulator();
  database = await DrilledDatabase.create();
  expect((await sync(simulator))['cost-explorer'].status).toBe('succeeded');
});
afterAll(async () => {
  process.env = { ...environment };
  await database?.drop();
  await Promise.all(simulators.map((started) => started.close()));
});

beforeEach(() => {
  // The SDK waits a random part of its delay before it tries again: none of it. Nor does anybody else wait.
  jest.spyOn(Math, 'random').mockReturnValue(0);
  jest.spyOn(timers, 'setTimeout').mockResolvedValue(undefined);
});
afterEach(() => jest.restoreAllMocks());

function sync(of: DrillEstate, more: Partial<SyncTask> = {}, variables: Record<string, string> = {}) {
  process.env['AWS_ENDPOINT_URL_COST_EXPLORER'] = of.url;
  return syncInProcess({ ...variablesOf(of, database.url), ...variables }, more);
}

/** The bill of the last ten days becomes another one; request faults are over. */
function restate(of: DrillEstate, to = percent): void {
  const { today } = of.estate.options;
  of.faults.clear();
  of.faults.add({ kind: 'restatement', from: addDays(today, -9), until: addDays(today, 1), percent: to });
}

const requestsOf = ({ requestCounts }: DrillEstate): number => {
  const { answered = 0, refused = 0 } = requestCounts.toJSON()['GetCostAndUsage'] ?? {};
  return answered + refused;
};

/** Runs, and holds what the run says of its requests against what arrived. */
async function runCounted(
  of: DrillEstate,
  more: Partial<SyncTask> = {},
  variables: Record<string, string> = {},
): Promise<SourceSummary> {
  const before = requestsOf(of);
  const summary = (await sync(of, more, variables))['cost-explorer'];
  expect(summary.requests).toBe(requestsOf(of) - before);
  const recorded = await database.latestRun('cost-explorer');
  expect(recorded).toEqual({
    source: 'cost-explorer',
    status: summary.status,
    requests: summary.requests,
    error: summary.error ?? null,
  });
  return summary;
}

/** The stored days of the window are what the bill comes to, line by line, and everything derived from them adds up. */
async function expectRightDays(of: DrillEstate): Promise<void> {
  const { today, clusterName } = of.estate.options;
  const stored = await database.query<{ day: string; part: string; amount: string }>(
    `SELECT day::text, concat_ws(' | ', hub, service, component, nullif(instance_type, '')) AS part, amount_usd AS amount FROM attributed_costs
      WHERE day >= $1`,
    [firstOfMonth(today, -1)],
  );
  const expected = new Set<string>();
  for (const day of eachDay({ from: firstOfMonth(today, -1), until: addDays(today, 1) })) {
    const { parts } = expectedDay(of.faults.restate(of.estate.lineItemsOn(day)), clusterName);
    for (const [part, amount] of parts) expected.add(`${day} ${part} ${amount}`);
  }
  const rows = new Set(stored.map(({ day, part, amount }) => `${day} ${part} ${BigInt(amount.replace('.', ''))}`));
  expect(differences(rows, expected)).toEqual(NO_DIFFERENCE);
  expect(await database.brokenDays()).toEqual([]);
}

/** A run under these faults; then, whatever it did, one without. */
async function drill(of: DrillEstate, faults: readonly FaultRequest[]): Promise<SourceSummary> {
  percent += 1;
  restate(of);
  of.faults.add(...faults);
  const before = await database.fingerprint();
  const summary = await runCounted(of);
  if (summary.status === 'failed') {
    expect(await database.fingerprint()).toEqual(before);
    expect(summary.error).not.toMatch(/arn:|\d{12}|AKIA|<html|\n/);
    restate(of);
    expect(await runCounted(of)).toMatchObject({ status: 'succeeded', error: undefined });
  }
  await expectRightDays(of);
  return summary;
}

describe('what passes while costs are read does not show', () => {
  const error = (name: string, more = {}): FaultRequest => ({ kind: 'error', name, ...more });
  it.each<[string, FaultRequest[], number]>([
    ['no fault at all', [], 6],
    ['throttling, twice', [error('LimitExceededException', { times: 2 })], 8],
    ['throttling by another name, at the third request', [error('ThrottlingException', { after: 2 })], 7],
    ['an internal error', [error('InternalServerException', { status: 500 })], 7],
    ['an unavailable service', [error('ServiceUnavailableException', { status: 503, after: 4, times: 3 })], 9],
    ['a page of HTML from a proxy', [{ kind: 'html', status: 502, after: 1 }], 7],
    ['a dropped connection', [{ kind: 'dropped-connection', after: 3 }], 7],
    ['an empty answer to one of six requests', [{ kind: 'empty-answer', after: 2 }], 11],
  ])('%s', async (_, faults, requests) => {
    expect(await drill(simulator, faults)).toMatchObject({ status: 'succeeded', requests });
  });

  it('a refresh between the second request and the third: all that must add up is asked again', async () => {
    const { today } = simulator.estate.options;
    const refresh = { kind: 'restatement', from: addDays(today, -4), until: today, percent: 112, after: 2 } as const;
    expect(await drill(simulator, [refresh])).toMatchObject({ status: 'succeeded', requests: 11 });
  });
});

describe('what does not pass fails the run, says so, and leaves the stored days alone', () => {
  const always = (name: string, status = 400, message?: string): FaultRequest[] => [
    { kind: 'error', name, status, message, times: FOR_EVER },
  ];
  it.each<[string, FaultRequest[], RegExp, number]>([
    ['throttling', always('LimitExceededException'), /throttles: too many calls/, 5],
    ['throttling by another name', always('ThrottlingException'), /throttles: too many calls/, 5],
    ['a missing permission', always('AccessDeniedException'), /refused: AccessDenied .*ce:GetCostAndUsage/, 1],
    ['expired credentials', always('ExpiredTokenException', 403), /refused: the AWS credentials have expired/, 1],
    ['unknown credentials', always('UnrecognizedClientException', 403), /AWS does not know these credentials/, 1],
    ['a wrong signature', always('InvalidSignatureException', 403), /wrong secret key, or this machine's clock/, 1],
    ['no data yet', always('DataUnavailableException'), /has no data yet: DataUnavailableException/, 2],
    ['days that have expired', always('BillExpirationException'), /no longer has a day that was asked for/, 2],
    ['changed pages', always('RequestChangedException'), /declared its own pages changed twice/, 2],
    ['an invalid token', always('InvalidNextTokenException'), /declared its own page token invalid twice/, 2],
    ['an unknown resource', always('ResourceNotFoundException'), /could not be read: ResourceNotFoundException/, 1],
    ['an unhealthy billing view', always('BillingViewHealthStatusException'), /BillingViewHealthStatusException/, 1],
    [
      'a request that it finds invalid',
      always('ValidationException', 400, 'Bad filter'),
      /Validation.*: Bad filter/,
      1,
    ],
    ['internal errors', always('InternalServerException', 500), /failed: HTTP 500/, 5],
    ['HTML with a status of failure', [{ kind: 'html', status: 502, times: FOR_EVER }], /failed: HTTP 502/, 5],
    ['HTML with a status of success', [{ kind: 'html', status: 200, times: FOR_EVER }], /other than JSON/, 1],
    ['nothing but empty answers', [{ kind: 'empty-answer', times: FOR_EVER }], /without any attributed cost/, 6],
    ['a fault at the last of six requests', [{ kind: 'error', name: 'AccessDeniedException', after: 5 }], /refused/, 6],
  ])('%s', async (_, faults, error, requests) => {
    const summary = await drill(simulator, faults);
    expect(summary).toMatchObject({ status: 'failed', error: expect.stringMatching(error), requests });
  });

  it('refreshes between the requests of every attempt', async () => {
    const { today } = simulator.estate.options;
    const refreshes = [2, 7, 12].map(
      (after) => ({ kind: 'restatement', from: addDays(today, -4), until: today, percent: 110, after }) as const,
    );
    const summary = await drill(simulator, refreshes);
    expect(summary).toMatchObject({ status: 'failed', error: expect.stringMatching(/do not add up/), requests: 15 });
  });

  it('no credentials: nothing is asked', async () => {
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    const before = await database.fingerprint();
    const summary = await runCounted(simulator);
    process.env['AWS_SECRET_ACCESS_KEY'] = 'not-a-secret';
    expect(summary).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/no AWS credentials/),
      requests: 0,
    });
    expect(await database.fingerprint()).toEqual(before);
  });
});

describe('costs that change', () => {
  it('are stored as they have become when all of a service has vanished, with what was there before', async () => {
    const { today } = simulator.estate.options;
    const [from, until] = [addDays(today, -6), addDays(today, -5)];
    const service = 'Amazon Simple Storage Service';
    const [before] = await database.query(`SELECT count(*)::int FROM cost_restatements WHERE after_usd IS NULL`);
    const summary = await drill(simulator, [{ kind: 'restatement', from, until, service, percent: 0 }]);
    expect(summary.status).toBe('succeeded');
    const [after] = await database.query(`SELECT count(*)::int FROM cost_restatements WHERE after_usd IS NULL`);
    expect(after!['count']).toBeGreaterThan(before!['count'] as number);
  });

  it('but where one of them is tagged, are stored too: a hub may be gone', async () => {
    const { today } = simulator.estate.options;
    const fault = {
      kind: 'restatement',
      from: addDays(today, -6),
      until: today,
      service: COMPUTE,
      percent: 3,
    } as const;
    expect(await drill(simulator, [fault])).toMatchObject({ status: 'succeeded' });
  });
});

describe('pages', () => {
  let paged: DrillEstate;
  beforeAll(async () => {
    paged = await startSimulator({ pageSize: 61 });
  });

  it('may end in the middle of a day', async () => {
    const { status, requests } = await drill(paged, []);
    expect(status).toBe('succeeded');
    expect(requests).toBeGreaterThan(10);
  });

  it('whose token has become invalid are read again from the first', async () => {
    const { requests } = await runCounted(paged);
    const again = await drill(paged, [{ kind: 'lost-token', after: 1 }]);
    expect(again.status).toBe('succeeded');
    expect(again.requests).toBeGreaterThan(requests);
  });

  it('whose tokens always become invalid fail the run', async () => {
    const summary = await drill(paged, [{ kind: 'lost-token', times: FOR_EVER }]);
    expect(summary).toMatchObject({ status: 'failed', error: expect.stringMatching(/page token invalid twice/) });
  });

  it('cannot cost more than SYNC_MAX_REQUESTS: the run fails before the request that would', async () => {
    percent += 1;
    restate(paged);
    const before = await database.fingerprint();
    const summary = await runCounted(paged, {}, { SYNC_MAX_REQUESTS: '8' });
    expect(summary).toMatchObject({
      status: 'failed',
      requests: 8,
      error: expect.stringMatching(/budget of 8 \(SYNC_MAX_REQUESTS\); nothing was stored/),
    });
    expect(await database.fingerprint()).toEqual(before);
    expect((await runCounted(paged)).status).toBe('succeeded');
    await expectRightDays(paged);
  });

  it('and retries share that budget', async () => {
    paged.faults.add({ kind: 'error', name: 'ThrottlingException', after: 2, times: FOR_EVER });
    const summary = await runCounted(paged, {}, { SYNC_MAX_REQUESTS: '6' });
    restate(paged);
    expect(summary).toMatchObject({ status: 'failed', requests: 6 });
  });
});

describe('a cost allocation tag that is inactive all at once', () => {
  const HUB = '2i2c:hub-name';

  it.each([
    [HUB, [HUB]],
    ['2i2c:volume-purpose', ['2i2c:volume-purpose']],
    ['2i2c:node-purpose', ['2i2c:node-purpose']],
  ])('%s is named, and nothing is stored', async (tag, inactiveTags) => {
    const blind = await startSimulator({ inactiveTags });
    const before = await database.fingerprint();
    const summary = await runCounted(blind);
    expect(summary).toMatchObject({ status: 'failed', requests: 6 });
    expect(summary.error).toContain(`no cost with the tag ${tag} (55 days`.replace('55', String(daysOfWindow(blind))));
    expect(summary.error).toMatch(/still active.*--accept-lost-tags/);
    expect(await database.fingerprint()).toEqual(before);
  });

  it('of the cluster leaves no attributed cost at all, which is refused', async () => {
    const { clusterName } = simulator.estate.options;
    const cluster = ['alpha.eksctl.io/cluster-name', `kubernetes.io/cluster/${clusterName}`, '2i2c.org/cluster-name'];
    const blind = await startSimulator({ inactiveTags: cluster });
    const before = await database.fingerprint();
    const summary = await runCounted(blind);
    expect(summary.error).toMatch(/without any attributed cost.*are the cost allocation tags still active/);
    expect(await database.fingerprint()).toEqual(before);
  });

  it('is accepted by a run that is told so, and the next run that finds the tag repairs it', async () => {
    const blind = await startSimulator({ inactiveTags: [HUB] });
    expect(await runCounted(blind, { acceptsLostTags: true })).toMatchObject({ status: 'succeeded' });
    const hubs = await database.query(`SELECT DISTINCT hub FROM attributed_costs WHERE day >= $1`, [
      firstOfMonth(blind.estate.options.today, -1),
    ]);
    expect(hubs).toEqual([{ hub: 'support' }]);
    expect(await drill(simulator, [])).toMatchObject({ status: 'succeeded' });
  });
});

describe('a hub tag that is inactive from a day on, while the days before keep it', () => {
  const HUB = '2i2c:hub-name';
  let today: string;
  let overdue: string;
  let everyday: DrilledDatabase;

  const withoutHub = (item: LineItem): LineItem => ({
    ...item,
    tags: Object.fromEntries(Object.entries(item.tags).filter(([key]) => key !== HUB)),
  });

  /** Four days are new: two that Cost Explorer should have collected by now, yesterday and today. */
  beforeEach(async () => {
    ({ today } = simulator.estate.options);
    overdue = addDays(today, -3);
    everyday = database;
    database = await DrilledDatabase.create();
    restate(simulator);
    const days = { from: addDays(today, -10), until: overdue };
    expect(await runCounted(simulator, { days })).toMatchObject({ status: 'succeeded', days: 7 });
    const lineItemsOn = simulator.estate.lineItemsOn.bind(simulator.estate);
    jest.spyOn(simulator.estate, 'lineItemsOn').mockImplementation((day) => {
      const items = lineItemsOn(day);
      return day < overdue ? items : items.map(withoutHub);
    });
  });
  afterEach(async () => {
    await database.drop();
    database = everyday;
  });

  const storedDays = () => database.query(`SELECT min(day)::text AS first, max(day)::text AS last FROM cost_days`);

  it('keeps the new days from being stored: old ones are named, those of yesterday and today are noted', async () => {
    const summary = await runCounted(simulator);
    expect(summary.status).toBe('failed');
    expect(summary.error).toContain(
      `no cost with the tag ${HUB} on new days (2 days from ${overdue} to ${addDays(today, -2)})`,
    );
    expect(summary.error).toMatch(/still active.*--accept-lost-tags$/);
    expect(summary.notes).toEqual([
      expect.stringContaining(`the costs of 2 days from ${addDays(today, -1)} to ${today} wait for the tag ${HUB}`),
    ]);
    // Every other day is.
    expect(await storedDays()).toEqual([{ first: firstOfMonth(today, -13), last: addDays(overdue, -1) }]);

    jest.restoreAllMocks();
    expect(await runCounted(simulator)).toMatchObject({ status: 'succeeded', notes: [] });
    await expectRightDays(simulator);
  });

  it('is no fault of a run that reads nothing but yesterday and today', async () => {
    const days = { from: addDays(today, -1), until: addDays(today, 1) };
    const summary = await runCounted(simulator, { days });
    expect(summary).toMatchObject({ status: 'succeeded', days: 0, notes: [expect.stringContaining(HUB)] });
  });

  it('is accepted once, by a single day: those that follow are like it', async () => {
    const days = { from: overdue, until: addDays(overdue, 1) };
    expect(await runCounted(simulator, { days, acceptsLostTags: true })).toMatchObject({ status: 'succeeded' });
    expect(await runCounted(simulator)).toMatchObject({ status: 'succeeded', notes: [] });
    expect(await database.query(`SELECT DISTINCT hub FROM attributed_costs WHERE day >= $1`, [overdue])).toEqual([
      { hub: 'support' },
    ]);
    await expectRightDays(simulator);
  });
});

const daysOfWindow = ({ estate }: DrillEstate): number =>
  eachDay({ from: firstOfMonth(estate.options.today, -1), until: addDays(estate.options.today, 1) }).length;

import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parseApiConfig, parseSyncConfig } from '#libs/config';
import { addDays, eachDay, parseUsd, type Day } from '#libs/domain';
import { createApi } from '../../../apps/api/src/create-api.js';
import { examine } from '../../../apps/doctor/src/examine.js';
import type { SimulatorOptions } from '../../../apps/simulator/src/index.js';
import type { SourceSummary } from '../../../apps/sync/src/run-summary.js';
import { expectedDay } from '../sync/expected-costs.js';
import { startDrillEstate, variablesOf } from './drill-estate.js';
import { DrilledDatabase } from './drilled-database.js';
import { syncInProcess } from './sync-in-process.js';

type DrillEstate = Awaited<ReturnType<typeof startDrillEstate>>;

const environment = { ...process.env };
const estates: DrillEstate[] = [];
let database: DrilledDatabase;

beforeAll(() => {
  Logger.overrideLogger(false);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret' });
});
beforeEach(async () => {
  database = await DrilledDatabase.create();
});
afterEach(() => database.drop());
afterAll(async () => {
  process.env = { ...environment };
  await Promise.all(estates.map((estate) => estate.close()));
});

async function startAccount(options: SimulatorOptions = {}): Promise<DrillEstate> {
  const estate = await startDrillEstate(options);
  estates.push(estate);
  return estate;
}

/** Costs alone: what the run of this estate said of them. */
async function readCosts(
  estate: DrillEstate,
  more: Parameters<typeof syncInProcess>[1] = {},
  variables: Readonly<Record<string, string>> = {},
): Promise<SourceSummary> {
  process.env['AWS_ENDPOINT_URL_COST_EXPLORER'] = estate.url;
  return (await syncInProcess({ ...variablesOf(estate, database.url), ...variables }, more))['cost-explorer'];
}

const storedDays = async (): Promise<Day[]> =>
  (await database.query<{ day: Day }>(`SELECT day::text FROM cost_days ORDER BY day`)).map(({ day }) => day);

/** What the API says that the cluster cost on each day of the window, in 1e-10 USD. */
async function totalsByRest(clusterName: string, from: Day, to: Day): Promise<Map<Day, bigint>> {
  const config = parseApiConfig({ DATABASE_URL: database.url, PORT: '0', CLUSTER_NAME: clusterName });
  const api: NestFastifyApplication = await createApi(config, false);
  try {
    await api.listen(0, '127.0.0.1');
    const response = await fetch(`${await api.getUrl()}/total-costs?from=${from}&to=${to}&precision=exact`);
    const rows = (await response.json()) as { date: Day; cost: string; name: string }[];
    const ofCluster = rows.filter(({ name }) => name === 'attributable');
    return new Map(ofCluster.map(({ date, cost }) => [date.slice(0, 10), parseUsd(cost)]));
  } finally {
    await api.close();
  }
}

describe('an account that is younger than what Cost Explorer keeps', () => {
  it.each([20, 1, 45])('of %d days has all of them stored, each as the bill has it', async (age) => {
    const { today } = (await startAccount()).estate.options;
    const firstDay = addDays(today, 1 - age);
    const estate = await startAccount({ firstDay });
    const days = eachDay({ from: firstDay, until: addDays(today, 1) });

    const summary = await readCosts(estate);
    expect(summary).toMatchObject({ status: 'succeeded', days: age });
    expect(summary.notes.join()).toContain(`no costs of this account before ${firstDay}`);
    expect(summary.requests).toBeLessThanOrEqual(17);
    expect(await storedDays()).toEqual(days);
    const { clusterName } = estate.estate.options;
    const attributable = (day: Day) => expectedDay(estate.estate.lineItemsOn(day), clusterName).attributable;
    expect(await totalsByRest(clusterName, firstDay, today)).toEqual(
      new Map(days.map((day) => [day, attributable(day)])),
    );

    // The next run asks nothing of the time before, and pays for six requests like any other.
    expect(await readCosts(estate)).toMatchObject({ status: 'succeeded', requests: 6, notes: [] });
    expect(await storedDays()).toEqual(days);
  });

  it('is asked again by a backfill, which finds what AWS has added since', async () => {
    const { today } = (await startAccount()).estate.options;
    const young = await startAccount({ firstDay: addDays(today, -9) });
    await readCosts(young);
    const [from, until] = [addDays(today, -30), addDays(today, -9)];
    const grown = await startAccount({ firstDay: addDays(today, -20) });
    expect(await readCosts(grown, { trigger: 'backfill', days: { from, until } })).toMatchObject({
      status: 'succeeded',
      days: 11,
    });
    expect(await storedDays()).toEqual(eachDay({ from: addDays(today, -20), until: addDays(today, 1) }));
    expect(await readCosts(grown)).toMatchObject({ status: 'succeeded', requests: 6 });
  });

  it('is examined by the doctor over the days that it has', async () => {
    const { today } = (await startAccount()).estate.options;
    const estate = await startAccount({ firstDay: addDays(today, -5) });
    process.env['AWS_ENDPOINT_URL_COST_EXPLORER'] = estate.url;
    const { findings } = await examine(parseSyncConfig(variablesOf(estate, database.url)), new Date());
    const costs = findings.filter(({ check }) => check.startsWith('costs of the'));
    expect(costs).toMatchObject([
      { status: 'ok', found: expect.stringContaining(`from ${addDays(today, -5)} until ${today}`) },
      { status: 'ok' },
    ]);
  });
});

describe('a net cost basis', () => {
  it.each(['net_amortized', 'net_unblended'] as const)('%s stores costs after the private discount', async (basis) => {
    const { today } = (await startAccount()).estate.options;
    const estate = await startAccount({ firstDay: addDays(today, -40) });
    expect(await readCosts(estate, {}, { COST_BASIS: basis })).toMatchObject({ status: 'succeeded' });
    const { clusterName } = estate.estate.options;
    const days = eachDay({ from: addDays(today, -40), until: addDays(today, 1) });
    const attributable = (day: Day) => expectedDay(estate.estate.lineItemsOn(day), clusterName, basis).attributable;
    expect(await totalsByRest(clusterName, days[0]!, today)).toEqual(
      new Map(days.map((day) => [day, attributable(day)])),
    );
    expect(await database.brokenDays()).toEqual([]);
  });
});

it('says when no cost carries a tag of the cluster, as with a misspelt CLUSTER_NAME', async () => {
  const summary = await readCosts(await startAccount(), {}, { CLUSTER_NAME: 'hub-clutser' });
  expect(summary.status).toBe('succeeded');
  expect(summary.notes.join()).toMatch(
    /^no cost of \d+ days .* carries a tag of cluster hub-clutser, .* npm run doctor$/,
  );
});

import { promises as timers } from 'node:timers';
import { Logger } from '@nestjs/common';
import { parseSyncConfig } from '#libs/config';
import { addDays, firstOfMonth, startOfDay, type Day } from '#libs/domain';
import { startPrometheus, type EmbeddedPrometheus } from '#libs/embedded';
import { memoryRequested, homeStored, memberships, settingsOf, USERNAME_ANNOTATION } from '#libs/prometheus';
import { historyText } from '../../../apps/simulator/src/index.js';
import { startPrometheusProxy, type PrometheusProxy } from '../sync/prometheus-proxy.js';
import { startDrillEstate, variablesOf, type DrillEstate } from './drill-estate.js';
import { DrilledDatabase } from './drilled-database.js';
import { syncInProcess } from './sync-in-process.js';

/**
 * What becomes of stored days. That an answer is taken apart rightly (series that appear twice, a pod whose annotation
 * changes, the borders of a day on Prometheus 2 and 3) is held against a real Prometheus in test/medium/prometheus.
 */
const HISTORY_DAYS = 5;
const GAP_HOURS = { from: 6, until: 12 };
const environment = { ...process.env };

let simulator: DrillEstate;
let realPrometheus: EmbeddedPrometheus;
let proxy: PrometheusProxy;
let database: DrilledDatabase;
let today: Day;

beforeAll(async () => {
  Logger.overrideLogger(false);
  simulator = await startDrillEstate({ estate: { historyDays: HISTORY_DAYS } });
  today = simulator.estate.options.today;
  realPrometheus = await startPrometheus({ history: withGap(historyText(simulator.estate)) });
  proxy = await startPrometheusProxy(realPrometheus.url);
  database = await DrilledDatabase.create();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_COST_EXPLORER: simulator.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  expect((await sync())['prometheus'].status).toBe('succeeded');
});
afterAll(async () => {
  process.env = { ...environment };
  await database?.drop();
  await proxy?.close();
  await realPrometheus?.stop();
  await simulator?.close();
});

// Nobody waits before the next attempt.
beforeEach(() => jest.spyOn(timers, 'setTimeout').mockResolvedValue(undefined));
afterEach(() => {
  jest.restoreAllMocks();
  proxy.recover();
});

const gapDay = () => addDays(today, -3);

/** The history without the samples of some hours. */
async function* withGap(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  const dayStart = startOfDay(gapDay()).getTime() / 1000;
  const [from, until] = [dayStart + GAP_HOURS.from * 3600, dayStart + GAP_HOURS.until * 3600];
  const isKept = (line: string) => {
    const second = Number(line.slice(line.lastIndexOf(' ') + 1));
    return line.startsWith('#') || !(second >= from && second < until);
  };
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield lines.map((line) => (isKept(line) ? `${line}\n` : '')).join('');
  }
  yield rest;
}

const sync = (variables: Record<string, string> = {}, task: Parameters<typeof syncInProcess>[1] = {}) =>
  syncInProcess({ ...variablesOf(simulator, database.url), PROMETHEUS_URL: proxy.url, ...variables }, task);

const usageOf = (condition: string) =>
  database.query(
    `SELECT day::text, measure, hub, username, instance_type, trim_scale(quantity) AS quantity
     FROM user_usage WHERE ${condition} ORDER BY 1, 2, 3, 4, 5`,
  );

type Vector = { metric: Record<string, string>; value: [number, string] }[];

/** Every sample of an answer to an instant query, changed. */
const samples = (change: (sample: Vector[number]) => void) => (answer: string) => {
  const body = JSON.parse(answer) as { data: { resultType: string; result: Vector } };
  if (body.data.resultType === 'vector') body.data.result.forEach(change);
  return JSON.stringify(body);
};
const values = (change: (value: string) => string) =>
  samples((sample) => {
    sample.value[1] = change(sample.value[1]);
  });
/** What is somebody's has labels; how much of the day is covered has none, or the namespace alone. */
const isUsage = ({ metric }: Vector[number]) => Object.keys(metric).length > 1;
const double = (sample: Vector[number]) => {
  sample.value[1] = String(Number(sample.value[1]) * 2);
};
const twiceTheUsage = samples((sample) => {
  if (isUsage(sample)) double(sample);
});
const twiceTheCoverage = samples((sample) => {
  if (!isUsage(sample)) double(sample);
});
/** Of one series in each answer: of two, nothing would be left that tells them apart. */
const withoutLabel = (label: string) => (answer: string) => {
  let isDone = false;
  return samples(({ metric }) => {
    if (isDone || !(label in metric)) return;
    metric[label] = '';
    isDone = true;
  })(answer);
};

describe('what Prometheus remembers', () => {
  it('is stored; what it has forgotten is recorded as missing, back to where costs begin', async () => {
    const days = await database.query(
      `SELECT status, min(day)::text AS first, max(day)::text AS last, max(coverage)::float AS most, min(detail) AS detail
         FROM usage_days WHERE dataset = 'compute' AND day < $1 GROUP BY status ORDER BY status DESC`,
      [addDays(today, -1)],
    );
    expect(days).toEqual([
      {
        status: 'missing',
        first: firstOfMonth(today, -13),
        last: addDays(today, -HISTORY_DAYS - 1),
        most: 0,
        detail: 'Prometheus holds no compute samples of this day',
      },
      { status: 'final', first: addDays(today, -HISTORY_DAYS), last: addDays(today, -2), most: 1, detail: null },
    ]);
  });

  it('is read as well from a Thanos that warns of every time of which no store knows', async () => {
    const before = await usageOf(`day < '${today}'`);
    await database.query(`DELETE FROM user_usage`);
    await database.query(`DELETE FROM group_memberships`);
    await database.query(`DELETE FROM usage_days`);
    proxy.change((answer) => {
      const body = JSON.parse(answer) as { data: { result: unknown[] } };
      const warnings = body.data.result.length === 0 ? ['No StoreAPIs matched for this query'] : undefined;
      return JSON.stringify({ ...body, warnings });
    });
    expect((await sync())['prometheus']).toMatchObject({ status: 'succeeded' });
    expect(await usageOf(`day < '${today}'`)).toEqual(before);
    expect(
      await database.query(`SELECT DISTINCT status FROM usage_days WHERE day < $1`, [addDays(today, -HISTORY_DAYS)]),
    ).toEqual([{ status: 'missing' }]);
  });

  it('has a gap of six hours, which shows in the coverage of that day and of no other', async () => {
    const partly = await database.query<{ day: string; dataset: string; coverage: number }>(
      `SELECT day::text, dataset, hub, coverage::float FROM usage_days
        WHERE status = 'final' AND dataset IN ('compute', 'home storage') AND coverage < 0.99 AND day < $1
        ORDER BY dataset, hub`,
      [addDays(today, -1)],
    );
    // A sample counts as current for up to five minutes more.
    expect(partly).toEqual([
      { day: gapDay(), dataset: 'compute', hub: '', coverage: expect.closeTo(0.75, 2) },
      { day: gapDay(), dataset: 'home storage', hub: 'prod', coverage: 0.75 },
      { day: gapDay(), dataset: 'home storage', hub: 'staging', coverage: 0.75 },
    ]);
  });
});

describe('a Prometheus that is out of order fails the run, which says why, and changes no stored day', () => {
  const refuse = (status: number, body?: string) => () => proxy.refuseWith(status, body);
  const busy = JSON.stringify({ status: 'error', errorType: 'unavailable', error: 'too busy' });
  const hostile = JSON.stringify({ status: 'error', error: `\u001b[2J\n\u202e${'x'.repeat(100_000)}` });
  const change = (how: (answer: string) => string) => () => proxy.change(how);
  const partial = (answer: string) => JSON.stringify({ ...JSON.parse(answer), warnings: ['store gateway is away'] });

  it.each<[string, () => void, RegExp]>([
    ['a bad request', refuse(400), /HTTP 400: out of order/],
    ['a refusal', refuse(401), /HTTP 401.*check PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD/],
    ['no API at this address', refuse(404), /HTTP 404.*check the path in PROMETHEUS_URL/],
    ['a question that it cannot execute', refuse(422), /HTTP 422: out of order/],
    ['a server that is busy, all the time', refuse(503, busy), /HTTP 503: too busy/],
    [
      'words that forge lines and clear a terminal',
      refuse(422, hostile),
      /HTTP 422: \\u\{1b\}\[2J\\n\\u\{202e\}x+ … x+$/,
    ],
    ['HTML from a proxy', refuse(200, '<html>sign in</html>'), /not JSON, or was cut off/],
    ['warnings, which mean that data is missing', change(partial), /incomplete: store gateway is away/],
    ['JSON that is cut off', change((answer) => answer.slice(0, -9)), /not JSON, or was cut off/],
    ['an answer of another kind', refuse(200, '{"status":"success","data":7}'), /not of the kind that was asked for/],
  ])('%s', async (_, breakIt, error) => {
    // Something for the next run to repair: today is read again by each.
    const right = await usageOf('true');
    await database.query(`UPDATE user_usage SET quantity = quantity + 1 WHERE day = $1`, [today]);
    await database.query(`UPDATE usage_days SET digest = 'of other figures' WHERE day = $1`, [today]);
    const before = await database.fingerprint();
    breakIt();

    const { prometheus, 'cost-explorer': costs } = await sync();

    expect(prometheus).toMatchObject({ status: 'failed', error: expect.stringMatching(error) });
    expect(prometheus.error!.length).toBeLessThanOrEqual(500);
    expect(prometheus.error).toContain(`Prometheus at ${proxy.url}, asked for`);
    expect(await database.latestRun('prometheus')).toMatchObject({ status: 'failed', error: prometheus.error });
    expect(costs.status).toBe('succeeded');
    expect(await database.fingerprint()).toEqual(before);

    proxy.recover();
    expect((await sync())['prometheus']).toMatchObject({ status: 'succeeded', error: undefined });
    expect(await usageOf('true')).toEqual(right);
  });

  it.each<[string, (answer: string) => string, RegExp]>([
    ['a value that is NaN', values(() => 'NaN'), /has the value NaN, which is no quantity; check/],
    ['an infinite value', values(() => '+Inf'), /has the value \+Inf, which is no quantity; check/],
    ['a negative value', values(() => '-1'), /has the value -1, which is no quantity; check/],
    ['a value that fits into no table', values(() => '1e300'), /has the value 1e300, which is no quantity; check/],
    [
      'a series twice',
      (answer) => {
        const body = JSON.parse(answer) as { data: { resultType: string; result: Vector } };
        if (body.data.resultType === 'vector') body.data.result.push(...body.data.result);
        return JSON.stringify(body);
      },
      /compute of .*: .*Prometheus reports the same series twice, a series.*; check/,
    ],
    [
      'a username that no table takes',
      samples(({ metric }) => {
        if (USERNAME_ANNOTATION in metric) metric[USERNAME_ANNOTATION] = `${Math.random()}`.repeat(500);
      }),
      /compute of .*: a series of namespace "(prod|staging)" has a name of more than 255 characters/,
    ],
    [
      'more samples than a day has',
      twiceTheCoverage,
      /compute of \d{4}-\d\d-\d\d: samples cover [12]\.\d{4} of the day, more than all of it; check whether Prometheus reports the same series twice/,
    ],
    [
      'a pod whose user has no name',
      withoutLabel(USERNAME_ANNOTATION),
      /compute of .*: a series of namespace "(prod|staging)" names no user/,
    ],
    [
      'a directory without a name',
      withoutLabel('directory'),
      /home storage of .*: a series of namespace "(prod|staging)" names no user/,
    ],
    [
      'a member without a name',
      withoutLabel('username'),
      /memberships of .*: a series of namespace "(prod|staging)" names no user/,
    ],
    [
      'samples of another day',
      samples((sample) => {
        sample.value[0] -= 86_400;
      }),
      /which was not asked for; is there a cache between/,
    ],
  ])('%s', async (_, change, error) => {
    const before = await database.fingerprint();
    const days = await usageOf(`day < '${today}'`);
    proxy.change(change);

    // Two whole days and none that still runs: of the running day half as much may be right.
    const { prometheus } = await sync({}, { days: { from: addDays(today, -3), until: addDays(today, -1) } });

    expect(prometheus).toMatchObject({ status: 'failed', error: expect.stringMatching(error) });
    expect(prometheus.error).not.toMatch(/constraint|relation|INSERT|usage_days|user_usage/);
    for (const { username } of days) expect(prometheus.error).not.toContain(`"${String(username)}"`);
    expect(await usageOf(`day < '${today}'`)).toEqual(days);
    expect((await database.fingerprint()).length).toBe(before.length);
  });

  it('one dataset that cannot be read right leaves the others of the day to be stored', async () => {
    // At a weekend it may be that nobody has a server.
    const used = await usageOf(`measure = 'memory_requested' AND day < '${addDays(today, -1)}'`);
    const day = used.at(-1)!['day'] as Day;
    const homes = await usageOf(`day = '${day}' AND measure = 'home_stored'`);
    await database.query(`DELETE FROM user_usage WHERE day = $1 AND measure = 'home_stored'`, [day]);
    await database.query(`UPDATE usage_days SET digest = 'of other figures' WHERE day = $1`, [day]);
    proxy.change(withoutLabel(USERNAME_ANNOTATION));

    const { prometheus } = await sync({}, { days: { from: day, until: addDays(day, 1) } });

    expect(prometheus).toMatchObject({
      status: 'failed',
      error: expect.stringContaining(`of which nothing is stored: compute of ${day}:`),
    });
    expect(await usageOf(`day = '${day}' AND measure = 'home_stored'`)).toEqual(homes);
  });

  it('down', async () => {
    const before = await database.fingerprint();
    const { prometheus } = await sync({ PROMETHEUS_URL: 'http://127.0.0.1:9' });
    expect(prometheus).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/no answer \(ECONNREFUSED\); check PROMETHEUS_URL/),
    });
    expect(await database.fingerprint()).toEqual(before);
  });

  it('slow, but for nothing but slowness', async () => {
    proxy.delay(200);
    expect((await sync())['prometheus']).toMatchObject({ status: 'succeeded' });
  });
});

describe('a final day', () => {
  it('stays as it is when Prometheus has come to answer otherwise; the running day does not', async () => {
    const final = `day < '${addDays(today, -1)}'`;
    const [before, running] = [await usageOf(final), await usageOf(`day = '${today}'`)];
    expect(before.length).toBeGreaterThan(10);
    expect(running.length).toBeGreaterThan(0);
    proxy.change(twiceTheUsage);
    expect((await sync())['prometheus'].status).toBe('succeeded');
    expect(await usageOf(final)).toEqual(before);
    expect(await usageOf(`day = '${today}'`)).not.toEqual(running);
    proxy.recover();
    await sync();
    expect(await usageOf(`day = '${today}'`)).toEqual(running);
  });

  it('stays when Prometheus has forgotten it, and so does the running one', async () => {
    const before = await usageOf('true');
    proxy.change((answer) => JSON.stringify({ status: 'success', data: { ...JSON.parse(answer).data, result: [] } }));
    const { prometheus } = await sync();
    expect(prometheus).toMatchObject({ status: 'failed', error: expect.stringMatching(/has no samples of pods/) });
    expect(await usageOf('true')).toEqual(before);
  });

  it('stays, and is not asked for, when another dataset of the same day is due', async () => {
    const day = addDays(today, -2);
    const [compute, homes] = [
      await usageOf(`day = '${day}' AND measure = 'memory_requested'`),
      await usageOf(`day = '${day}' AND measure = 'home_stored'`),
    ];
    expect(homes.length).toBeGreaterThan(0);
    await database.query(`DELETE FROM user_usage WHERE day = $1 AND measure = 'home_stored'`, [day]);
    await database.query(`UPDATE usage_days SET digest = 'of other figures' WHERE day = $1`, [day]);
    await database.query(
      `UPDATE usage_days SET status = 'missing', coverage = 0, detail = 'the exporter was away'
        WHERE day = $1 AND dataset = 'home storage'`,
      [day],
    );
    proxy.takeQuestions();
    proxy.change(twiceTheUsage);

    expect((await sync())['prometheus'].status).toBe('succeeded');

    const { prometheus } = parseSyncConfig({ ...variablesOf(simulator, database.url) });
    const settings = settingsOf(prometheus, 60);
    const stepwise = { ...settings, hasRenamedLabels: false };
    const atItsEnd = startOfDay(addDays(day, 1)).getTime() / 1000 - 0.001;
    const asked = proxy.takeQuestions().filter((question) => Number(question.get('time')) === atItsEnd);
    const texts = asked.map((question) => question.get('query'));
    expect(texts).toContain(homeStored(stepwise).promql);
    expect(texts).not.toContain(memoryRequested(stepwise).promql);
    // The labels that tell whose the directories are.
    expect(texts.filter((text) => text === memberships(settings).promql)).toHaveLength(1);
    expect(texts).toHaveLength(3);
    expect(await usageOf(`day = '${day}' AND measure = 'memory_requested'`)).toEqual(compute);
    const read = await usageOf(`day = '${day}' AND measure = 'home_stored'`);
    const doubled = homes.map((row) => ({ ...row, quantity: String(BigInt(row['quantity'] as string) * 2n) }));
    expect(read).toEqual(doubled);
    const [mark] = await database.query(`SELECT status FROM usage_days WHERE day = $1 AND dataset = 'home storage'`, [
      day,
    ]);
    expect(mark).toEqual({ status: 'final' });
  });
});

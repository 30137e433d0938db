import { addDays, eachDay, startOfDay } from '#libs/domain';
import { startPrometheusWithHistory, type EmbeddedPrometheus } from '#libs/embedded';
import {
  coverageOf,
  coveredSteps,
  DATASETS,
  homeStored,
  memberships,
  memoryRequested,
  presence,
} from '#libs/prometheus';
import { historyText, startSimulator, type Simulator } from '../../../apps/simulator/src/index.js';

const TODAY = '2026-11-20';
const NOW = new Date('2026-11-20T15:00:00Z');
/** From the day before the history to a day that still runs; the 17th is a day without any user. */
const DAYS = eachDay({ from: '2026-11-14', until: '2026-11-21' });

interface Row {
  readonly metric: Record<string, string>;
  readonly value?: unknown;
  readonly values?: unknown;
}

async function ask(url: string, path: string, form: Record<string, string>): Promise<string[]> {
  const answer = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(form) });
  const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: { result: Row[] } };
  if (status !== 'success') throw new Error(error);
  return data.result.map((row) => JSON.stringify([Object.entries(row.metric).sort(), row.value ?? row.values])).sort();
}

describe.each([60, 300])('the simulator asked itself, with a scrape every %s seconds', (scrapeIntervalSeconds) => {
  let simulator: Simulator;
  let prometheus: EmbeddedPrometheus;

  beforeAll(async () => {
    simulator = await startSimulator({
      estate: { today: TODAY, historyDays: 5 },
      now: () => NOW,
      history: { scrapeIntervalSeconds, groupDropouts: 0.1 },
    });
    prometheus = await startPrometheusWithHistory(historyText(simulator.estate, simulator.history()));
  }, 120_000);

  afterAll(async () => {
    await prometheus?.stop();
    await simulator?.close();
  });

  it.each([
    memoryRequested(60),
    memoryRequested(300),
    homeStored(),
    memberships(),
    ...DATASETS.flatMap((dataset) =>
      [60, 300].map((resolution) => {
        const { selector, stepSeconds } = coverageOf(dataset, resolution);
        return coveredSteps(selector, stepSeconds);
      }),
    ),
  ])('answers $name to the digit as the real Prometheus does', async ({ promql }) => {
    let rows = 0;
    for (const day of DAYS) {
      const form = { query: promql, time: String((startOfDay(addDays(day, 1)).getTime() - 1) / 1000) };
      const answer = await ask(simulator.url, 'query', form);
      expect(answer).toEqual(await ask(prometheus.url, 'query', form));
      rows += answer.length;
    }
    expect(rows).toBeGreaterThan(0);
  });

  it.each(DATASETS)('knows when it has seen %s as the real Prometheus does', async (dataset) => {
    const [start, end] = [DAYS[0]!, DAYS.at(-1)!].map((day) => String(startOfDay(day).getTime() / 1000));
    const form = { query: presence(coverageOf(dataset, 60).selector).promql, start: start!, end: end!, step: '300' };
    const answer = await ask(simulator.url, 'query_range', form);
    expect(answer).toHaveLength(1);
    expect(answer).toEqual(await ask(prometheus.url, 'query_range', form));
  });
});

import { addDays, startOfDay } from '#libs/domain';
import { coverageOf, coveredSteps, homeStored, memberships, memoryRequested, presence } from '#libs/prometheus';
import { makeEstate } from '../estate/index.js';
import type { Outcome } from '../faults/outcome.js';
import { answerInstantQuery, answerRangeQuery } from './query-route.js';

const DAY = '2026-11-16';
const estate = makeEstate({ today: '2026-11-20', historyDays: 10 });
const history = {
  from: startOfDay(estate.usageFrom),
  until: startOfDay('2026-11-20'),
  scrapeIntervalSeconds: 60,
  directoryIntervalSeconds: 3600,
};

interface Row {
  readonly metric: Record<string, string>;
  readonly value: [number, string];
  readonly values: [number, string][];
}

function rowsOf(outcome: Outcome): Row[] {
  const { status, body } = outcome as Extract<Outcome, { kind: 'response' }>;
  expect(status).toBe(200);
  return (JSON.parse(body) as { data: { result: Row[] } }).data.result;
}

function askOn(day: string, query: string): Row[] {
  const time = String((startOfDay(addDays(day, 1)).getTime() - 1) / 1000);
  return rowsOf(answerInstantQuery(estate, history, new URLSearchParams({ query, time })));
}

const trueUsage = (component: string) =>
  new Map(
    estate
      .trueByteSeconds(DAY)
      .filter((row) => row.component === component)
      .map((row) => [`${row.namespace}/${row.username}`, Number(row.byteSeconds)]),
  );

const total = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);

describe('what the simulator answers to PromQL', () => {
  it('measures true compute, but for the five minutes that each session seems longer', () => {
    const sessions = estate.sessionsOn(DAY).filter((session) => session.scheduledMs !== null);
    const measured = askOn(DAY, memoryRequested(60).promql);
    const truth = trueUsage('compute');
    const longestError = 361 * total(sessions.map((session) => session.memoryBytes));
    expect(Math.abs(total(measured.map((row) => Number(row.value[1]))) - total(truth.values()))).toBeLessThan(
      longestError,
    );
    for (const { metric, value } of measured) {
      const key = `${metric.namespace}/${metric.annotation_hub_jupyter_org_username}`;
      const own = sessions.filter((session) => `${session.namespace}/${session.username}` === key);
      const error = Math.abs(Number(value[1]) - (truth.get(key) ?? 0));
      expect(error).toBeLessThanOrEqual(361 * total(own.map((session) => session.memoryBytes)));
    }
    expect(measured.length).toBeGreaterThanOrEqual(truth.size);
  });

  it('measures the true size of every directory within an hour', () => {
    const measured = askOn(DAY, homeStored().promql);
    const truth = total(trueUsage('home storage').values());
    expect(Math.abs(total(measured.map((row) => Number(row.value[1]))) - truth) / truth).toBeLessThan(0.01);
  });

  it('has a series per group of a person, and the marks of the exporter', () => {
    const groups = (namespace: string, username: string) =>
      askOn(DAY, memberships().promql)
        .filter(({ metric }) => metric.namespace === namespace && metric.username === username)
        .map(({ metric }) => metric.usergroup);
    expect(groups('prod', 'alice').sort()).toEqual(['climate', 'multiple', 'ocean-science']);
    expect(groups('prod', 'bob')).toEqual(['none']);
    expect(groups('prod', 'jane.doe')).toEqual(['climate']);
  });

  it('covers a day without users, and nothing of a day before the history', () => {
    expect(askOn('2026-11-17', memoryRequested(60).promql)).toEqual([]);
    expect(askOn('2026-11-17', coveredSteps(coverageOf('compute', 60).selector, 60).promql)[0]!.value[1]).toBe('1440');
    expect(askOn('2026-11-08', coveredSteps(coverageOf('compute', 60).selector, 60).promql)).toEqual([]);
  });

  it('tells over a range when it has samples', () => {
    const form = {
      start: '2026-11-09T23:50:00Z',
      end: '2026-11-10T00:10:00Z',
      step: '300',
      query: presence(coverageOf('compute', 60).selector).promql,
    };
    const [row] = rowsOf(answerRangeQuery(estate, history, new URLSearchParams(form)));
    const midnight = startOfDay('2026-11-10').getTime() / 1000;
    expect(row!.values).toEqual([midnight, midnight + 300, midnight + 600].map((at) => [at, '1']));
  });

  it('refuses any other query with 400, as bad data', () => {
    for (const query of ['up', '', memoryRequested(60).promql.replace('sum', 'avg')]) {
      const outcome = answerInstantQuery(estate, history, new URLSearchParams({ query, time: '1795132799' }));
      expect(outcome).toMatchObject({ status: 400, body: expect.stringContaining('bad_data') });
    }
  });
});

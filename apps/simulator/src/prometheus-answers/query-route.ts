import {
  coverageOf,
  coveredSteps,
  DATASETS,
  homeStored,
  memberships,
  memoryRequested,
  presence,
} from '#libs/prometheus';
import type { Estate } from '../estate/index.js';
import { respondJson, type Outcome } from '../faults/outcome.js';
import type { ScrapeHistory } from '../openmetrics/sampled-series.js';
import {
  evaluateCompute,
  evaluateHomeStorage,
  evaluateMemberships,
  evaluatePresence,
  type VectorSample,
} from './evaluate.js';
import { subqueryGrid } from './visibility.js';

type Dataset = Parameters<typeof evaluatePresence>[2];

/**
 * Answers an instant query as Prometheus does on this history, if it is one of the project's own, to the letter. It is
 * for machines without Prometheus; it is no PromQL engine, and refuses everything else.
 */
export function answerInstantQuery(estate: Estate, history: ScrapeHistory, form: URLSearchParams): Outcome {
  const atMs = instantMs(form.get('time')) ?? Date.now();
  const result = evaluateKnown(estate, history, form.get('query') ?? '', atMs);
  if (result === undefined) return refuse('the simulator answers the queries of its own project only');
  const vector = result.map(({ metric, value }) => ({ metric, value: [atMs / 1000, String(value)] }));
  return succeed({ resultType: 'vector', result: vector });
}

/** Answers a range query likewise. */
export function answerRangeQuery(estate: Estate, history: ScrapeHistory, form: URLSearchParams): Outcome {
  const [firstMs, lastMs] = [instantMs(form.get('start')), instantMs(form.get('end'))];
  const stepMs = Number(form.get('step')) * 1000;
  const query = form.get('query');
  const dataset = DATASETS.find((name) => presence(coverageOf(name, 60).selector).promql === query) as
    Dataset | undefined;
  if (dataset === undefined) return refuse('the simulator answers the queries of its own project only');
  if (firstMs === undefined || lastMs === undefined || !(stepMs > 0)) return refuse('invalid start, end or step');
  if ((lastMs - firstMs) / stepMs > 11_000)
    return refuse('exceeded maximum resolution of 11,000 points per timeseries');
  const grid = { firstMs, stepMs, count: Math.max(0, Math.floor((lastMs - firstMs) / stepMs) + 1) };
  const values = evaluatePresence(estate, history, dataset, grid).map((index) => [
    (firstMs + index * stepMs) / 1000,
    '1',
  ]);
  return succeed({ resultType: 'matrix', result: values.length > 0 ? [{ metric: {}, values }] : [] });
}

function evaluateKnown(
  estate: Estate,
  history: ScrapeHistory,
  query: string,
  atMs: number,
): VectorSample[] | undefined {
  const stepSeconds = Number(/\[1d:(\d+)s\]/.exec(query)?.[1] ?? 0);
  if (query === memoryRequested(stepSeconds).promql) return evaluateCompute(estate, history, atMs, stepSeconds);
  if (query === homeStored().promql) return evaluateHomeStorage(estate, history, atMs);
  if (query === memberships().promql) return evaluateMemberships(estate, history, atMs);
  const dataset = DATASETS.find((name) => {
    const { selector, stepSeconds: step } = coverageOf(name, stepSeconds);
    return coveredSteps(selector, step).promql === query;
  }) as Dataset | undefined;
  if (dataset === undefined) return undefined;
  const covered = evaluatePresence(estate, history, dataset, subqueryGrid(atMs, stepSeconds)).length;
  return covered === 0 ? [] : [{ metric: {}, value: covered }];
}

/** Seconds since 1970 or an ISO instant, as Prometheus takes them. */
function instantMs(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  const ms = /^[\d.e+]+$/.test(text) ? Math.round(Number(text) * 1000) : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function succeed(data: object): Outcome {
  return respondJson(200, { status: 'success', data });
}

function refuse(error: string): Outcome {
  return respondJson(400, { status: 'error', errorType: 'bad_data', error });
}

import { addDays, eachDay, startOfDay, type Day } from '#libs/domain';
import { startPrometheus } from '#libs/embedded';
import { computeByteSeconds, coveredSteps, homeStorageByteSeconds, memberships } from '#libs/prometheus';
import { makeEstate, type Estate } from '../../apps/simulator/src/index.js';
import { formatBytes, formatCount, formatMs, type Report } from '../report.js';
import type { Sizes } from '../sizes.js';
import { median } from '../timing.js';
import { accuracyOf } from './accuracy.js';
import { askWithStats, type Cost } from './ask.js';
import { formsAt, type Form } from './forms.js';
import { writeScrapedEstate } from './scraped-estate.js';

const TODAY: Day = '2026-11-20';
const SCRAPE_INTERVAL_SECONDS = 60;
const LARGE_ESTATE = 10_000;
/** Defaults of Prometheus: `--query.max-samples`, `--query.timeout`. */
const MAX_SAMPLES = 50_000_000;
const MAX_MS = 120_000;

/** `--users` (2,000) scraped every minute for `--days` (3), and a day on which two exporters report every pod. */
export async function benchPrometheus({ users = 2_000, days = 3, runs = 5 }: Sizes, report: Report): Promise<void> {
  report.section('Prometheus: what is asked, and how exact the answers are');
  const estate = makeEstate({ today: TODAY, users, historyDays: days + 1 });
  const prometheus = await startPrometheus({ acceptsRemoteWrite: true });
  try {
    const doubled = addDays(TODAY, -1);
    const single = eachDay({ from: addDays(doubled, -days), until: doubled });
    const history = {
      from: startOfDay(single[0]!),
      until: startOfDay(TODAY),
      scrapeIntervalSeconds: SCRAPE_INTERVAL_SECONDS,
      directoryIntervalSeconds: 3600,
    };
    const samples = await writeScrapedEstate(prometheus.url, estate, history, startOfDay(doubled), (text) =>
      report.progress(text),
    );
    report.note(
      `${formatCount(users)} users, ${days} days scraped every minute and one of them with two kube-state-metrics: ` +
        `${formatCount(samples)} samples with the stale markers of a scrape, in a real Prometheus.`,
    );
    const rows: string[][] = [];
    for (const form of formsAt(SCRAPE_INTERVAL_SECONDS)) {
      report.progress(form.name);
      rows.push(await rowOf(form, prometheus.url, estate, { single, doubled }, runs));
    }
    report.table(
      [
        'form',
        'server time per day',
        'peak samples',
        'samples read',
        'missed user-days',
        'total error',
        'mean error per user-day',
        'worst error of a share',
        'total error, two exporters',
      ],
      rows,
    );
    await reportLimits(prometheus.url, users, doubled, report);
  } finally {
    await prometheus.stop();
  }
}

async function rowOf(
  form: Form,
  url: string,
  estate: Estate,
  { single, doubled }: { readonly single: readonly Day[]; readonly doubled: Day },
  runs: number,
): Promise<string[]> {
  try {
    const asked: Cost[] = [];
    const times: number[] = [];
    for (const day of single) {
      for (let run = 0; run <= runs; run += 1) {
        const cost = await askWithStats(url, form.promql, lastInstantOf(day));
        if (run > 0) times.push(cost.serverMs);
        else asked.push(cost);
      }
    }
    const twice = await askWithStats(url, form.promql, lastInstantOf(doubled));
    const compared = asked.map(({ samples }, index) => ({
      measured: samples,
      truth: estate.trueByteSeconds(single[index]!),
    }));
    const accuracy = accuracyOf(compared);
    const withTwo = accuracyOf([{ measured: twice.samples, truth: estate.trueByteSeconds(doubled) }]);
    return [
      form.name,
      formatMs(median(times)),
      formatCount(Math.max(...asked.map(({ peakSamples }) => peakSamples))),
      formatCount(Math.max(...asked.map(({ queryableSamples }) => queryableSamples))),
      `${accuracy.missed} of ${formatCount(accuracy.userDays)}`,
      signed(accuracy.totalErrorPercent),
      `${accuracy.meanErrorPercent.toFixed(1)} %`,
      `${accuracy.worstShareErrorPoints.toFixed(4)} pp`,
      signed(withTwo.totalErrorPercent),
    ];
  } catch (error) {
    return [form.name, `fails: ${(error as Error).message.slice(0, 120)}`, ...Array<string>(7).fill('')];
  }
}

/** What each query of the sync takes of the server's limits, and what it would take for 10,000 users. */
async function reportLimits(url: string, users: number, day: Day, report: Report): Promise<void> {
  const queries = [
    computeByteSeconds(60),
    homeStorageByteSeconds(),
    memberships(),
    coveredSteps('compute', 60),
    coveredSteps('home storage', 60),
    coveredSteps('memberships', 60),
  ];
  const factor = LARGE_ESTATE / users;
  const rows: string[][] = [];
  for (const { name, promql } of queries) {
    const { samples, answerBytes, serverMs, peakSamples } = await askWithStats(url, promql, lastInstantOf(day));
    const [peak, ms] = [peakSamples * factor, serverMs * factor];
    rows.push([
      name,
      formatCount(samples.length),
      formatBytes(answerBytes),
      formatMs(serverMs),
      formatCount(peakSamples),
      `${formatCount(peak)} (${((peak / MAX_SAMPLES) * 100).toFixed(1)} %)`,
      `${formatMs(ms)} (${((ms / MAX_MS) * 100).toFixed(1)} %)`,
    ]);
  }
  report.table(
    [
      'query, one day, two exporters',
      'series',
      'answer',
      'server time',
      'peak samples',
      `peak at ${formatCount(LARGE_ESTATE)} users (of the limit)`,
      `time at ${formatCount(LARGE_ESTATE)} users (of the limit)`,
    ],
    rows,
  );
}

function lastInstantOf(day: Day): Date {
  return new Date(startOfDay(addDays(day, 1)).getTime() - 1);
}

function signed(percent: number): string {
  return `${percent > 0 ? '+' : ''}${percent.toFixed(2)} %`;
}

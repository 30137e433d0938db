import { setTimeout as sleep } from 'node:timers/promises';
import { asText, costsPerUser, totalCostsPerHub, totalUsage, type Statement } from '#libs/database';
import { addDays, dayOf } from '#libs/domain';
import autocannon from 'autocannon';
import { BenchServer, connect } from '../database/bench-server.js';
import { formatBytes, formatCount, formatMs, type Report } from '../report.js';
import type { Sizes } from '../sizes.js';
import { median } from '../timing.js';
import { CLUSTER, fillDatabase } from './fill-database.js';
import { hasPsql, timePsql, type PsqlTimes } from './psql.js';
import { ServerProcess } from './server-process.js';

/** So short and so many, by turns, that whatever else the machine does falls on both. */
const SECONDS_PER_TURN = 1;
const TURNS_PER_RUN = 3;
const CONNECTIONS = 10;
const PATHS = { hubs: '/total_costs_per_hub', users: '/costs_per_user', usage: '/total_usage' };
const IDLE_MS = 5000;
/** The API reads the data version once a second. */
const VERSION_MS = 1_100;

/** The API as built: start-up, answers from memory beside a bare server, and first answers beside psql. */
export async function benchApi({ users = 2_000, days = 30, runs = 5 }: Sizes, report: Report): Promise<void> {
  report.section(`API: ${formatCount(users)} users, ${days} days`);
  const server = await BenchServer.start({ fsync: false });
  try {
    const databaseUrl = await server.createDatabase('api');
    report.progress('filling the database');
    await fillDatabase(databaseUrl, { users, days });
    const starts: number[] = [];
    for (let run = 0; run < runs; run++) {
      const started = await ServerProcess.startApi(databaseUrl);
      starts.push(started.startedWithinMs);
      await started.stop();
    }
    report.note(`From the start of \`node\` to the answer of /live: ${formatMs(median(starts))}.`);
    const api = await ServerProcess.startApi(databaseUrl);
    try {
      await benchFirstAnswers(api, databaseUrl, days, runs, report);
      await benchMemory(api, runs, report);
    } finally {
      await api.stop();
    }
  } finally {
    await server.stop();
  }
}

async function benchMemory(api: ServerProcess, runs: number, report: Report): Promise<void> {
  const paths = [PATHS.hubs, PATHS.users];
  const bare = await ServerProcess.startBare(api, paths);
  try {
    const rows: string[][] = [];
    for (const path of paths) {
      // The second request is answered from memory, the third without parsing it.
      for (let n = 0; n < 3; n++) await (await fetch(api.url + path)).arrayBuffer();
      const rates: [number, number][] = [];
      report.progress(`${path} from memory`);
      for (let turn = 0; turn < runs * TURNS_PER_RUN; turn++) {
        rates.push([await requestsPerSecond(bare.url + path), await requestsPerSecond(api.url + path)]);
      }
      const [bareRate, apiRate] = [0, 1].map(
        (side) => rates.reduce((sum, rate) => sum + rate[side]!, 0) / rates.length,
      );
      rows.push([
        path,
        formatCount(bareRate!),
        formatCount(apiRate!),
        `${((100 * apiRate!) / bareRate!).toFixed(0)} %`,
      ]);
    }
    report.table(
      ['answers from memory', 'bare node:http, per second', 'API, per second', 'ratio (target ≥ 60 %)'],
      rows,
    );
  } finally {
    await bare.stop();
  }
}

async function requestsPerSecond(url: string): Promise<number> {
  const { requests, duration, non2xx, errors } = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS_PER_TURN,
  });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} answers were not good, ${errors} failed`);
  return requests.total / duration;
}

async function benchFirstAnswers(
  api: ServerProcess,
  databaseUrl: string,
  days: number,
  runs: number,
  report: Report,
): Promise<void> {
  const scope = {
    cluster: CLUSTER,
    window: { from: addDays(dayOf(new Date()), 1 - days), until: addDays(dayOf(new Date()), 1) },
    hubs: undefined,
  };
  const none = { hub: undefined, component: undefined, user: undefined, usergroup: undefined };
  const questions: [string, Statement][] = [
    [PATHS.hubs, totalCostsPerHub(scope)],
    [PATHS.users, costsPerUser(scope, none, 'full', undefined)],
    [PATHS.usage, totalUsage(scope, none)],
  ];
  const client = await connect(databaseUrl);
  try {
    const rows: string[][] = [];
    for (const [path, statement] of questions) {
      const url = `${api.url}${path}?from=${scope.window.from}&cluster=${CLUSTER}`;
      const measured: (FirstAnswer & PsqlTimes)[] = [];
      for (let run = 0; run <= runs; run++) {
        report.progress(`${path} from the database, run ${run} of ${runs}`);
        const psql = await timePsql(databaseUrl, asText(statement, 'rows'));
        await client.query(`UPDATE sync_runs SET days_changed = days_changed + 1 WHERE cluster = $1`, [CLUSTER]);
        await sleep(VERSION_MS);
        const answer = await readFirstAnswer(api, url);
        // The first of each fills caches.
        if (run > 0) measured.push({ ...answer, ...psql });
      }
      const middle = (of: (one: (typeof measured)[number]) => number) => median(measured.map(of));
      rows.push([
        path,
        formatBytes(middle(({ bytes }) => bytes)),
        formatMs(middle(({ wholeMs }) => wholeMs)),
        formatMs(middle(({ statementMs }) => statementMs)),
        formatMs(middle(({ ms }) => ms)),
        middle(({ ms, wholeMs }) => ms / wholeMs).toFixed(2),
        middle(({ ms, statementMs }) => ms / statementMs).toFixed(2),
        formatMs(middle(({ firstByteMs }) => firstByteMs)),
        formatBytes(Math.max(...measured.map(({ rssGrowthBytes }) => rssGrowthBytes))),
        formatMs(Math.max(...measured.map(({ longestStallMs }) => longestStallMs))),
        formatMs(Math.max(...measured.map(({ longestWorkMs }) => longestWorkMs))),
        formatMs(middle(({ slowestOtherMs }) => slowestOtherMs)),
      ]);
    }
    const idle = await api.observe(() => sleep(IDLE_MS));
    report.note(
      `Meanwhile the machine alone stalls the event loop of an idle API for ${formatMs(idle.longestStallMs)}.`,
    );
    report.table(
      [
        'first answers',
        'body',
        `${hasPsql ? 'psql' : 'pg client'}, whole run`,
        'of it the statement',
        'API',
        'ratio (target ≤ 1.30)',
        'to the statement alone',
        'first byte',
        'most RSS growth (target < 100 MiB)',
        'longest stall of the event loop (target ≤ 50 ms)',
        'most processor time without a turn of it',
        'slowest /live meanwhile',
      ],
      rows,
    );
  } finally {
    await client.end();
  }
}

interface FirstAnswer {
  readonly bytes: number;
  readonly ms: number;
  readonly firstByteMs: number;
  readonly rssGrowthBytes: number;
  readonly longestStallMs: number;
  readonly longestWorkMs: number;
  readonly slowestOtherMs: number;
}

async function readFirstAnswer(api: ServerProcess, url: string): Promise<FirstAnswer> {
  let bytes = 0;
  let firstByteMs = 0;
  let ms = 0;
  let slowestOtherMs = 0;
  const observed = await api.observe(async () => {
    const started = performance.now();
    const read = new AbortController();
    const others = (async () => {
      while (!read.signal.aborted) {
        const asked = performance.now();
        await (await fetch(`${api.url}/live`)).arrayBuffer();
        slowestOtherMs = Math.max(slowestOtherMs, performance.now() - asked);
        await sleep(20);
      }
    })();
    const response = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    for await (const chunk of response.body!) {
      if (bytes === 0) firstByteMs = performance.now() - started;
      bytes += (chunk as Uint8Array).length;
    }
    ms = performance.now() - started;
    read.abort();
    await others;
  });
  return { bytes, ms, firstByteMs, slowestOtherMs, ...observed };
}

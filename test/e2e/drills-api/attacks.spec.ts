import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { addDays } from '#libs/domain';
import { findFreePort } from '#libs/embedded';
import { fillEstate } from '../../medium/api/estate.js';
import { createTestDatabase, execute, type TestDatabase } from '../../support/database.js';
import { ApiProcess } from './api-process.js';
import { Watch } from './watch.js';

/** Some 17 MB as JSON. */
const ROWS = 125_000;
const ATTACK_MS = 8_000;

const MAX_RESIDENT_MIB = 400;
const MAX_LIVE_MS = 1_000;
const MAX_HONEST_MS = 5_000;

let database: TestDatabase;
let api: ApiProcess;

beforeAll(async () => {
  database = await createTestDatabase();
  await fillEstate(database.url);
  await execute(
    database.url,
    `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
     SELECT 'long', '2025-03-01', 'prod', 'user-' || n, 'compute', n / 10000.0, 0, '{none}'
     FROM generate_series(1, ${ROWS}) n`,
  );
});

afterAll(() => database?.drop());

beforeEach(async () => {
  api = new ApiProcess(await findFreePort(), { DATABASE_URL: database.url, CLUSTER_NAME: 'alpha' });
  await api.start();
});

afterEach(async () => {
  await api.end('SIGKILL');
});

let windows = 0;
/** A day long before all rows, that was not requested before. */
const newFrom = () => addDays('1001-01-01', windows++);
/** The same rows each time, under an address that was not requested before. */
const longPath = () => `/costs_per_user?cluster=long&from=${newFrom()}&to=2025-03-01`;

const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

/** Connections that send, and then read nothing. */
function openDeaf(count: number, text: () => string): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect(api.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(text());
    return socket;
  });
}

/** Other clients during the attack, and what the process takes: all within the limits, and served. */
async function drill(attack: () => Promise<() => void>): Promise<void> {
  const watch = new Watch(api, () => `/total_costs_per_hub?from=${newFrom()}&to=2025-03-02`);
  const end = await attack();
  await sleep(ATTACK_MS);
  const { residentMib, liveMs, honestMs, readyStatuses, honestCount } = await watch.stop();
  end();
  process.stderr.write(
    `attack drill: ${residentMib} MiB at most, /live ${liveMs} ms, honest ${honestMs} ms at most of ${honestCount}\n`,
  );
  expect(residentMib).toBeLessThan(MAX_RESIDENT_MIB);
  expect(liveMs).toBeLessThan(MAX_LIVE_MS);
  expect(readyStatuses).toEqual([200]);
  expect(honestCount).toBeGreaterThan(0);
  expect(honestMs).toBeLessThan(MAX_HONEST_MS);
}

describe('an honest client is served, the process stays small, lives and is ready, while another', () => {
  it('asks for 17 MB on each of 40 connections and reads nothing', async () => {
    await drill(async () => {
      const sockets = openDeaf(40, () => request(longPath()));
      return () => sockets.forEach((socket) => socket.destroy());
    });
  });

  it('sends 60 requests for 17 MB on one connection and reads nothing', async () => {
    await drill(async () => {
      const sockets = openDeaf(1, () => Array.from({ length: 60 }, () => request(longPath())).join(''));
      return () => sockets.forEach((socket) => socket.destroy());
    });
  });

  it('reads 17 MB on each of 12 connections, slowly', async () => {
    await drill(async () => {
      const readers = await Promise.all(Array.from({ length: 12 }, () => readSlowly(api.url + longPath())));
      return () => readers.forEach((leave) => leave());
    });
  });

  it('hangs up 150 requests after 40 ms, again and again', async () => {
    await drill(async () => {
      const attack = { isOver: false };
      const attacking = (async () => {
        while (!attack.isOver) {
          const sockets = openDeaf(150, () => request(longPath()));
          await sleep(40);
          for (const socket of sockets) socket.destroy();
          await sleep(500);
        }
      })();
      return () => {
        attack.isOver = true;
        void attacking;
      };
    });
  });
});

/** Takes 16 KiB five times a second. */
async function readSlowly(url: string): Promise<() => void> {
  const sent = get(url);
  sent.on('error', () => undefined);
  const leave = () => void sent.destroy();
  sent.on('response', (response) => {
    response.on('error', () => undefined);
    const timer = setInterval(() => response.read(16 * 1024), 200);
    response.once('close', () => clearInterval(timer));
  });
  await once(sent, 'finish');
  return leave;
}

it('a container of 512 MiB is what the chart gives the API', () => {
  expect(readFileSync('helm/jupyterhub-cost-monitoring/values.yaml', 'utf8')).toMatch(
    /^resources:\n(?: +.*\n)*  limits:\n    memory: 512Mi\n/m,
  );
});

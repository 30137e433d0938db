import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncEstate } from './sync-estate.js';

/** Passed on the first settled day of a year or earlier, whatever the day of the test. */
const BUDGETS =
  'budgets: [{ name: all of it, from: 2020-01-01, to: 2099-12-31, amount: 1000000000, thresholds: [{ usd: 1 }] }]';

let estate: SyncEstate;
let server: Server;
let folder: string;
let texts: string[];
let status = 200;
let onRequest: () => void = () => undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'budgets-'));
  writeFileSync(join(folder, 'budgets.yaml'), BUDGETS);
  texts = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      texts.push((JSON.parse(body) as { text: string }).text);
      onRequest();
      // So that the other sync has the time to do the same.
      setTimeout(() => response.writeHead(status).end(), 500);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  estate = await SyncEstate.start();
});

afterAll(async () => {
  await estate?.stop();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const variables = () => ({
  BUDGETS_FILE: join(folder, 'budgets.yaml'),
  ALERT_WEBHOOK_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  ALERT_WEBHOOK_SECRET: 's3cret',
});

/** Whether anything is unusual on the last days is the estate's business. */
const ofBudgets = () => texts.filter((text) => text.includes('budget'));

it('a process that is killed while it sends an alert leaves it to the next, and two at once send it once', async () => {
  const first = estate.start(['--once'], variables());
  onRequest = () => first.signal('SIGKILL');
  await first.ended;
  onRequest = () => undefined;
  expect(ofBudgets()).toEqual([expect.stringMatching(/^hub-cluster: budget all of it passed 1 USD on /)]);

  const exits = await Promise.all([1, 2].map(() => estate.run(['--once'], variables())));
  expect(['0,0', '0,75']).toContain(
    exits
      .map(({ code }) => code)
      .sort()
      .join(),
  );
  // The response to the first was lost with its process.
  expect(ofBudgets()).toHaveLength(2);
});

it('a webhook that is down does not fail a sync, and gets the alert at the next start, without a paid request', async () => {
  await estate.query(`DELETE FROM budget_events`);
  status = 500;
  const { code, stdout } = await estate.run(['--once'], variables());
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /Budgets, forecasts and anomalies: succeeded[\s\S]*the alert webhook took 0 of \d+ alerts?: HTTP 500/,
  );
  status = 200;
  texts = [];
  const paid = estate.simulator.requestCounts.answered('GetCostAndUsage');
  const sync = estate.start([], variables());
  await sync.untilItSays(/next run at/);
  sync.signal('SIGTERM');
  await sync.ended;
  expect(ofBudgets()).toHaveLength(1);
  expect(estate.simulator.requestCounts.answered('GetCostAndUsage')).toBe(paid);
});

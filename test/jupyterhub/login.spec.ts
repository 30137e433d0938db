import type { Browser, Page } from 'playwright-core';
import { fillEstate } from '../medium/api/estate.js';
import { RunningApi } from '../medium/api/running-api.js';
import { startBrowser } from '../support/browser.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { RunningHub } from './running-hub.js';

const KEY = Buffer.alloc(32, 5).toString('base64');
const DAYS = 'from=2025-03-01&to=2025-03-02';

let database: TestDatabase;
let hub: RunningHub;
let browser: Browser;

beforeAll(async () => {
  database = await createTestDatabase();
  await fillEstate(database.url);
  [hub, browser] = await Promise.all([RunningHub.start(database.url, KEY), startBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await hub?.stop();
  await database?.drop();
});

/** What somebody's browser shows after they logged in at the Hub's own form. */
async function logIn(name: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${hub.url}services/costs/?page=explore&range=2025-03-01..2025-03-02`);
  await page.getByRole('link', { name: 'Log in with JupyterHub prod' }).click();
  await page.locator('#username_input').fill(name);
  await page.locator('#password_input').fill(hub.password);
  await page.locator('#login_submit').click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
}

/** The status and the body of a request that the page's own cookie goes with. */
async function ask(page: Page, path: string): Promise<{ status: number; text: string }> {
  const response = await page.request.get(`${hub.url}services/costs${path}`);
  return { status: response.status(), text: await response.text() };
}

it('shows a person their own costs, and nothing else whatever they ask for', async () => {
  const page = await logIn('alice');
  await page.locator('main table').waitFor();
  expect(await page.locator('tfoot td').first().textContent()).toBe('$31.50');
  const own = await ask(page, `/costs_per_user?${DAYS}&user=bob&user=alice`);
  expect(own.status).toBe(200);
  expect(own.text).toContain('alice');
  expect(own.text).not.toMatch(/bob|carol|staging/);
  for (const path of [
    '/total_costs',
    '/total_costs_per_hub',
    '/user_groups',
    '/hub_names',
    '/days',
    '/health',
    '/metrics',
  ]) {
    expect((await ask(page, path)).status).toBe(403);
  }
});

it('shows an admin of the Hub that hub', async () => {
  const page = await logIn('root');
  expect((await ask(page, `/hub_names?${DAYS}`)).text).toBe('["prod"]');
  expect((await ask(page, '/metrics')).status).toBe(403);
});

it('shows who is named cluster admin everything', async () => {
  const page = await logIn('ann');
  expect(JSON.parse((await ask(page, `/hub_names?${DAYS}`)).text)).toEqual(['prod', 'staging', 'support']);
});

it('logs out: the cookie goes, and the Hub takes the token no more', async () => {
  const page = await logIn('alice');
  const cookie = await cookieOf(page);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Log in with JupyterHub prod' }).waitFor();
  expect((await ask(page, `/costs_per_user?${DAYS}`)).status).toBe(401);
  expect(await statusAtReplica(cookie)).toBe(401);
});

it('ends the access of a user who is removed', async () => {
  const cookie = await cookieOf(await logIn('bob'));
  expect(await statusAtReplica(cookie)).toBe(200);
  await hub.remove('bob');
  expect(await statusAtReplica(cookie)).toBe(401);
});

async function cookieOf(page: Page): Promise<string> {
  const [cookie] = (await page.context().cookies(`${hub.url}services/costs/`)).filter(
    ({ name }) => name === 'cost-monitoring',
  );
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/services/costs/' });
  return `cost-monitoring=${cookie!.value}`;
}

/** At another API of the same key, which has not asked the Hub lately. */
async function statusAtReplica(cookie: string): Promise<number> {
  const replica = await RunningApi.start(database.url, 'alpha', {
    sessionKeys: [KEY],
    hubs: [
      {
        hub: 'prod',
        cluster: 'alpha',
        url: `${hub.url}hub`,
        apiUrl: `${hub.url}hub/api`,
        clientId: 'service-costs',
        clientSecret: '',
        callbackUrl: '',
        clusterAdmins: [],
        adminScope: undefined,
      },
    ],
  });
  try {
    return (await replica.get(`/costs_per_user?${DAYS}`, { cookie })).status;
  } finally {
    await replica.stop();
  }
}

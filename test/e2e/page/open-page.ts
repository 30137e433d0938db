import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { RunningApi } from '../../medium/api/running-api.js';
import { startBrowser } from '../../support/browser.js';
import { createTestDatabase, execute, type TestDatabase } from '../../support/database.js';
import { amountOf, fillPageEstate } from './page-estate.js';

/** A page that a test opened, and what its browser complained of. */
export interface Opened {
  readonly page: Page;
  /** Errors of scripts, of the console and of the content security policy. */
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

/** The API with the page on the estate, and a browser, from before a file's first test until after its last. */
export function pageOnEstate(options: Parameters<typeof RunningApi.start>[2] = {}) {
  let database: TestDatabase;
  let api: RunningApi;
  let browser: Browser;
  let context: BrowserContext | undefined;

  beforeAll(async () => {
    [database, browser] = await Promise.all([createTestDatabase(), startBrowser()]);
    await fillPageEstate(database.url);
    api = await RunningApi.start(database.url, 'page', options);
  });

  afterEach(async () => {
    await context?.close();
    context = undefined;
  });

  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    await database?.drop();
  });

  return {
    get url() {
      return api.url;
    },
    execute: (sql: string) => execute(database.url, sql),
    /** One amount of the estate, as the page writes it. */
    usd: (sql: string) => amountOf(database.url, sql),
    /** Opens a view, and waits until nothing is loading. */
    async open(search = '', { dark = false, width = 1280 } = {}): Promise<Opened> {
      context ??= await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme: dark ? 'dark' : 'light',
        acceptDownloads: true,
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(`${api.url}/${search}`);
      await settled(page);
      return { page, complaints, requests };
    },
  };
}

/** Until nothing is loading. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main').waitFor();
  const busy = page.locator('[aria-busy=true], [role=status]');
  while ((await busy.count()) > 0) await sleep(20);
}

/** The cells of the row of a table that begins with a name. */
export async function rowOf(page: Page, name: string): Promise<string[]> {
  const rows = await page
    .locator('main table tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())));
  const found = rows.find(([first = '']) => first === name || first.startsWith(`${name} page`));
  if (!found) throw new Error(`no row ${name} among ${rows.map(([first]) => first).join(', ')}`);
  return found;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../test/support/browser.js';

/** The pictures of README and docs, of the demo: `npm run screenshots`. */
const FOLDER = 'docs/images';
const PORT = 18_099;
const PAGE = `http://localhost:${PORT}/`;

const PICTURES = [
  { name: 'overview', search: '', width: 1440, height: 1130, dark: false },
  { name: 'explorer-dark', search: '?page=explore&by=user', width: 1440, height: 1000, dark: true },
  { name: 'person-phone', search: '?page=user&by=component&user=alice', width: 390, height: 844, dark: false },
] as const;

async function take(browser: Browser, { name, search, width, height, dark }: (typeof PICTURES)[number]): Promise<void> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' });
  await page.goto(PAGE + search, { waitUntil: 'networkidle' });
  await page.locator('.bars canvas').waitFor();
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: 'disabled' });
  await page.close();
}

const demo = spawn(process.execPath, ['dist/apps/demo/src/main.js'], {
  env: { ...process.env, PORT: String(PORT) },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  for await (const line of createInterface({ input: demo.stdout })) if (line.startsWith('Ready')) break;
  if (demo.exitCode !== null) throw new Error('the demo did not start');
  mkdirSync(FOLDER, { recursive: true });
  const browser = await startBrowser();
  for (const picture of PICTURES) await take(browser, picture);
  await browser.close();
} finally {
  demo.kill('SIGTERM');
  if (demo.exitCode === null) await once(demo, 'exit');
}
process.exit();

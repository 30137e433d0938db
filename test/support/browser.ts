import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser } from 'playwright-core';

/** Without the sandbox, which a container does not have, and without a GPU. */
const ARGUMENTS = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--font-render-hinting=none'];
const UNPACKING_MS = 60_000;

/**
 * A real Chromium. On Linux x64 it comes out of the package @sparticuz/chromium, with the libraries that it needs; elsewhere
 * it is the Chrome that is installed.
 */
export async function startBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return chromium.launch({ channel: 'chrome' });
  const deadline = Date.now() + UNPACKING_MS;
  for (;;) {
    try {
      return await chromium.launch({ executablePath: await unpack(), args: ARGUMENTS, headless: true });
    } catch (error) {
      // Another test file may be unpacking it at this moment.
      if (Date.now() > deadline) throw error;
      await sleep(1000);
    }
  }
}

/** Unpacks into `.cache`, once. */
async function unpack(): Promise<string> {
  const folder = join(process.cwd(), '.cache', 'chromium');
  mkdirSync(folder, { recursive: true });
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  // Makes the package unpack its libraries too, and put them on the loader's path.
  process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs20.x';
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    return await packed.executablePath();
  } finally {
    delete process.env['AWS_LAMBDA_JS_RUNTIME'];
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

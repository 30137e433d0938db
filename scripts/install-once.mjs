// Makes `npm run demo`, `npm test` and `npm run build` work on a fresh clone: installs exactly what the lock file says, and
// only when that is not what is installed. npm leaves a record of what it installed, whichever command did it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const RECORD = 'node_modules/.package-lock.json';

/** Packages for other platforms may be missing; what is installed without being locked does no harm. */
function isInstalled() {
  if (!existsSync(RECORD)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = packagesOf(RECORD);
  return Object.entries(packagesOf('package-lock.json')).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    return found ? found.version === version && found.integrity === integrity : optional === true;
  });
}

if (!isInstalled()) {
  console.error('Installing dependencies (first run, or the lock file changed) …');
  const npm = process.env.npm_execpath
    ? [process.execPath, process.env.npm_execpath]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  // With NODE_ENV=production npm would leave out what builds and tests.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const { status, error } = spawnSync(npm[0], [...npm.slice(1), ...args], { stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.error(`npm ci failed${error ? `: ${error.message}` : ''}`);
    process.exit(status ?? 1);
  }
}

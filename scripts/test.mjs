// Builds, since the end-to-end tests run the built programs, then runs Jest: every project, or what the arguments say.
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const builds = [
  ['node_modules/@nestjs/cli/bin/nest.js', 'build'],
  ['node_modules/vite/bin/vite.js', 'build', '--config', 'apps/web/vite.config.ts', '--logLevel', 'warn'],
];
for (const build of builds) {
  const { status } = spawnSync(process.execPath, build, { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

const args = process.argv.slice(2);
const chosen = args.some((arg) => /^(--maxWorkers|-w|--runInBand|-i)\b/.test(arg));
// Tests wait for servers more than they compute, so two at a time pay even on two cores.
const workers = chosen ? [] : [`--maxWorkers=${Math.max(2, availableParallelism() - 1)}`];
const jest = spawn(process.execPath, ['node_modules/jest/bin/jest.js', ...workers, ...args], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));
jest.on('exit', (status) => {
  if (args.length === 0) console.error('Skipped: the Helm chart, which `npm run test:helm` tests where Go is.');
  process.exitCode = status ?? 1;
});

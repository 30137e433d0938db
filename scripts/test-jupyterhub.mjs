// Logs in at a real JupyterHub. Installs it into .cache on first use: JupyterHub from PyPI, its proxy from npm. Then builds and
// runs the Jest project `jupyterhub`, which is not part of `npm test`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const JUPYTERHUB = 'jupyterhub==5.5.4';
const PROXY = 'configurable-http-proxy@5.3.0';
const folder = join('.cache', 'jupyterhub');
const python = join(folder, 'venv', 'bin', 'python');

if (spawnSync('python3', ['-c', 'import venv, ensurepip']).status !== 0) {
  console.error('test:jupyterhub needs python3 with venv (Debian: apt-get install python3-venv)');
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
if (!existsSync(join(folder, 'venv', 'bin', 'jupyterhub'))) {
  run('python3', ['-m', 'venv', join(folder, 'venv')]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', JUPYTERHUB]);
}
if (!existsSync(join(folder, 'node_modules', 'configurable-http-proxy'))) {
  run('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', PROXY]);
}
process.env.TEST_JUPYTERHUB = 'yes';
run(process.execPath, ['scripts/test.mjs', '--selectProjects', 'jupyterhub', ...process.argv.slice(2)]);

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

// Holds GET /focus against the FinOps Foundation's focus-validator, which it installs from PyPI into .cache on first use. Runs
// the Jest project `focus`, which is not part of `npm test`. Skipped where there is no Python 3.12, which it needs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

// pyarrow 20 wants a numpy that the validator does not.
const PACKAGES = ['focus-validator==2.2.1', 'pyarrow<20'];
const folder = join('.cache', 'focus-validator');
const validator = join(folder, 'bin', 'focus-validator');
const USABLE = 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 12))';
// pyenv keeps several Pythons behind one name.
const env = { ...process.env, PYENV_VERSION: '3.12' };

if (!existsSync(validator)) {
  const python = ['python3.12', 'python3'].find((name) => spawnSync(name, ['-c', USABLE], { env }).status === 0);
  if (python === undefined) {
    console.log('test:focus is skipped: focus-validator needs Python 3.12 with venv');
    process.exit(0);
  }
  run(python, ['-m', 'venv', folder]);
  run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
}
env.TEST_FOCUS_VALIDATOR = validator;
run(process.execPath, ['node_modules/jest/bin/jest.js', '--selectProjects', 'focus', ...process.argv.slice(2)]);

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 2, 2], env });
  if (status !== 0) process.exit(status ?? 1);
}

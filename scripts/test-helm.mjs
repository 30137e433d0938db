// Tests the Helm chart with the real tools: Helm, a Kubernetes API server, the schemas of Kubernetes. Builds them on first use, in
// the user's cache folder (about ten minutes), then builds and runs the Jest project `helm`, which is not part of `npm test`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VALIDATE = 'kubernetes-validate==1.37.0';
/** What is built by then is kept, and the next time goes on from there. */
const BUILD_SECONDS = 600;
const NEEDED = {
  go: ['version'],
  python3: ['-c', 'import venv, ensurepip'],
  psql: ['--version'],
  openssl: ['version'],
  curl: ['-V'],
  timeout: ['--version'],
};
const programs = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'real-kubernetes');
const python = join(programs, 'venv', 'bin', 'python');
const validate = join(programs, 'venv', 'bin', 'kubernetes-validate');

const missing = Object.entries(NEEDED).filter(([program, args]) => spawnSync(program, args).status !== 0);
if (missing.length > 0) {
  console.error(`skipped: the Helm chart is not tested without ${missing.map(([program]) => program).join(', ')}`);
  process.exit(0);
}
const isBuilt =
  runs('timeout', [String(BUILD_SECONDS), 'test/real/kubernetes/start.sh', '--build']) &&
  (existsSync(validate) ||
    (runs('python3', ['-m', 'venv', join(programs, 'venv')]) &&
      runs(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', VALIDATE])));
if (!isBuilt) {
  console.error('skipped: the Helm chart is not tested, because Helm or Kubernetes could not be built here');
  process.exit(0);
}
process.env.TEST_HELM = programs;
process.env.TEST_KUBERNETES_VALIDATE = validate;
if (!runs(process.execPath, ['scripts/test.mjs', '--selectProjects', 'helm', ...process.argv.slice(2)]))
  process.exit(1);

function runs(command, args) {
  return spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status === 0;
}

// Runs the Jest project `citus` against a coordinator and two workers, which it starts from the PostgreSQL of CITUS_BIN. Not part
// of `npm test`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.CITUS_BIN;
if (!folder || !existsSync(join(folder, 'initdb'))) {
  console.error('test:citus needs CITUS_BIN, the folder with initdb of a PostgreSQL that has the extension citus');
  process.exit(1);
}
const { status } = spawnSync(
  process.execPath,
  ['scripts/test.mjs', '--selectProjects', 'citus', ...process.argv.slice(2)],
  { stdio: ['ignore', 2, 2] },
);
process.exit(status ?? 1);

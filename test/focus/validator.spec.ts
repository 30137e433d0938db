import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { apiOnEstate } from '../medium/api/api-on-estate.js';

const api = apiOnEstate();
const validator = resolve(process.env['TEST_FOCUS_VALIDATOR']!);
/** It opens a file of its own by a relative path. */
const lib = join(dirname(dirname(validator)), 'lib');
const packages = join(lib, readdirSync(lib)[0]!, 'site-packages');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'focus-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The rules that fail, without those that only say that a rule of the same column failed. */
async function failedRules(range: string): Promise<string[]> {
  const file = join(folder, 'focus.csv');
  writeFileSync(file, (await api.get(`/focus?${range}`)).text);
  const args = ['--data-file', file, '--validate-version', '1.2.0.1', '--block-download'];
  const { stdout } = spawnSync(validator, [...args, '--applicability-criteria', 'TAGGING_SUPPORTED'], {
    cwd: packages,
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/Pass: [1-9]\d\d/);
  return [...stdout.matchAll(/^❌ (\S+): FAIL .*$/gm)]
    .filter(([line]) => !line.includes('failed child rules'))
    .map(([, rule]) => rule!);
}

it('no rule fails but those that docs/focus.md lists', async () => {
  const documented = [...readFileSync('docs/focus.md', 'utf8').matchAll(/`(\w+-C-\d{3}-\w)`/g)].map(
    ([, rule]) => rule!,
  );
  expect((await failedRules('from=2025-03-01&to=2025-03-02')).toSorted()).toEqual(documented.toSorted());
});

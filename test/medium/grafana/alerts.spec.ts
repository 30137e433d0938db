import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPrometheus } from '#libs/embedded';

const FOLDER = join('grafana', 'prometheus');

/** What promtool says; its exit status other than 0 is an error with all it said. */
async function promtool(...args: string[]): Promise<string> {
  const found = await findPrometheus();
  if ('unavailable' in found) throw new Error(found.unavailable);
  const { stdout } = await promisify(execFile)(found.promtool, args, { cwd: FOLDER });
  return stdout;
}

describe('the alert rules', () => {
  it('fire when they should, and only then', async () => {
    expect(await promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  });

  it('are what the demo’s Prometheus reads', async () => {
    const said = await promtool('check', 'config', 'prometheus.yml');
    expect(said).toContain('1 rule files found');
    expect(said).not.toContain('FAILED');
  });
});

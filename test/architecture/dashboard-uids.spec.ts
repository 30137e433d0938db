import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(process.cwd(), 'grafana', 'dashboards');

describe('the provisioned dashboards', () => {
  it('each dashboard has a uid of its own', () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
    const uids = files.map((file) => (JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as { uid?: string }).uid);
    expect(files.length).toBeGreaterThan(1);
    expect(uids).not.toContain(undefined);
    expect(new Set(uids).size).toBe(files.length);
  });
});

import { readFileSync } from 'node:fs';
import { WRITTEN_TABLES } from '#libs/database';

/** Stay on the coordinator. */
const LOCAL = ['sync_runs', 'sync_locks'];

describe('scripts/distribute.sql', () => {
  it('distributes every table that has figures', () => {
    const [list = ''] = /ARRAY\[.*?\]/s.exec(readFileSync('scripts/distribute.sql', 'utf8')) ?? [];
    const distributed = [...list.matchAll(/'(\w+)'/g)].map(([, name]) => name!);
    expect(distributed.sort()).toEqual(WRITTEN_TABLES.filter((name) => !LOCAL.includes(name)).sort());
  });
});

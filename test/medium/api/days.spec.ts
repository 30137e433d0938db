import { execute } from '../../support/database.js';
import { apiOnEstate } from './api-on-estate.js';

const api = apiOnEstate();

describe('/days', () => {
  it('says of each stored day whether it is estimated, and what is known of the usage that divides its costs', async () => {
    expect(await api.rows('/days?from=2025-02-27&to=2025-03-05')).toEqual([
      { date: '2025-03-01', estimated: false, usage: 'final', complete: true },
      // Memberships are missing, which divide nothing.
      { date: '2025-03-02', estimated: true, usage: 'final', complete: true },
    ]);
  });

  it('knows no usage where none was read', async () => {
    expect(await api.rows('/days?from=2025-03-01&to=2025-03-01&cluster=beta')).toEqual([
      { date: '2025-03-01', estimated: false, usage: 'unread', complete: true },
    ]);
  });

  it('which was last read before it ended is not complete, and trends leave it out or do not know its cost', async () => {
    await execute(api.databaseUrl, `UPDATE cost_days SET is_running = true WHERE day = '2025-03-02'`);
    expect(await api.rows('/days?from=2025-03-02&to=2025-03-02')).toMatchObject([{ complete: false }]);
    expect(await api.rows('/allocation/trends?window=2025-03-01,2025-03-02')).toMatchObject([
      { start: '2025-03-01', end: '2025-03-01', before_end: '2025-02-28', now: 66.905, before: null },
    ]);
    expect(await api.rows('/allocation/trends?window=2025-03-02,2025-03-02')).toMatchObject([
      { before: 66.905, now: null, difference: null },
    ]);
  });
});

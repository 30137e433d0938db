import { apiOnEstate } from './api-on-estate.js';

const api = apiOnEstate();

describe('/days', () => {
  it('says of each stored day whether it is estimated, and what is known of the usage that divides its costs', async () => {
    expect(await api.rows('/days?from=2025-02-27&to=2025-03-05')).toEqual([
      { date: '2025-03-01', estimated: false, usage: 'final' },
      // Memberships are missing, which divide nothing.
      { date: '2025-03-02', estimated: true, usage: 'final' },
    ]);
  });

  it('knows no usage where none was read', async () => {
    expect(await api.rows('/days?from=2025-03-01&to=2025-03-01&cluster=beta')).toEqual([
      { date: '2025-03-01', estimated: false, usage: 'unread' },
    ]);
  });
});

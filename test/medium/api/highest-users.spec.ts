import { execute } from '../../support/database.js';
import { apiOnEstate } from './api-on-estate.js';

const api = apiOnEstate();

/**
 * On hub `rank`, on 3 and 4 March: dora changes from group a to b and costs 6 + 6; evan stays in a, 5 + 5; finn is in a and b, and costs
 * 7, on the second day -4.
 */
const RANKED = `
  INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest)
  SELECT 'alpha', day, 100, false, 'amortized', 'x', 1, 0, '', '' FROM (VALUES (date '2025-03-03'), ('2025-03-04')) AS v (day);
  INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups) VALUES
    ('alpha', '2025-03-03', 'rank', 'dora', 'compute', 6, 0, '{a}'),
    ('alpha', '2025-03-04', 'rank', 'dora', 'compute', 6, 0, '{b}'),
    ('alpha', '2025-03-03', 'rank', 'evan', 'compute', 5, 0, '{a}'),
    ('alpha', '2025-03-04', 'rank', 'evan', 'compute', 5, 0, '{a}'),
    ('alpha', '2025-03-03', 'rank', 'finn', 'compute', 7, 0, '{a,b}'),
    ('alpha', '2025-03-04', 'rank', 'finn', 'compute', -4, 0, '{a,b}')`;

describe('limit of /costs_per_user', () => {
  beforeAll(() => execute(api.databaseUrl, RANKED));

  const highest = async (query: string) => {
    const rows = await api.rows(`/costs_per_user?from=2025-03-03&to=2025-03-04&hub=rank&${query}`);
    return [...new Set(rows.map(({ user }) => user))].toSorted();
  };

  it.each([
    '',
    '&step=day',
    '&step=week',
    '&step=month',
    '&step=all',
    '&groups=split&step=all',
    '&per=person&step=all',
  ])('counts a person who changed groups whole: %s', async (form) => {
    expect(await highest(`limit=1${form}`)).toEqual(['dora']);
    expect(await highest(`limit=2${form}`)).toEqual(['dora', 'evan']);
  });

  it('counts the days in the group that is asked for: evan 10, dora 6, finn 3', async () => {
    for (const step of ['day', 'all']) {
      expect(await highest(`limit=1&usergroup=a&step=${step}`)).toEqual(['evan']);
      expect(await highest(`limit=2&usergroup=a&step=${step}`)).toEqual(['dora', 'evan']);
      // Of b, dora 6 and finn 3; half of it where he is split.
      expect(await highest(`limit=1&usergroup=b&step=${step}`)).toEqual(['dora']);
    }
  });
});

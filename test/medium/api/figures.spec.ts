import { execute } from '../../support/database.js';
import { apiOnEstate } from './api-on-estate.js';

const DAYS = 'from=2025-03-01&to=2025-03-02';
const DAY = 'from=2025-03-01&to=2025-03-01';

const api = apiOnEstate();

describe('/total_costs', () => {
  it('gives the account and the attributable total of each day, as text with two decimals', async () => {
    expect(await api.rows(`/total_costs?${DAYS}`)).toEqual([
      { date: '2025-03-01', cost: '100.01', name: 'account' },
      { date: '2025-03-01', cost: '66.90', name: 'attributable' },
      { date: '2025-03-02', cost: '10.00', name: 'account' },
      { date: '2025-03-02', cost: '7.00', name: 'attributable' },
    ]);
  });
});

describe('/total_costs_per_hub', () => {
  it('gives what each hub was tagged with, untagged as support', async () => {
    expect(await api.rows(`/total_costs_per_hub?${DAYS}`)).toEqual([
      { date: '2025-03-01', cost: '34.50', name: 'prod' },
      { date: '2025-03-01', cost: '10.00', name: 'staging' },
      { date: '2025-03-01', cost: '22.40', name: 'support' },
      { date: '2025-03-02', cost: '7.00', name: 'prod' },
      { date: '2025-03-02', cost: '0.00', name: 'staging' },
    ]);
  });

  it('moves the shared cost to the hubs of its users with shared=usage, and keeps the sum', async () => {
    const rows = await api.rows(`/total_costs_per_hub?${DAY}&shared=usage`);
    // prod: 34.5049999999 + 15 of support's compute; staging: 10 + 5; support: the 2.4 that nobody uses.
    expect(rows).toEqual([
      { date: '2025-03-01', cost: '49.50', name: 'prod' },
      { date: '2025-03-01', cost: '15.00', name: 'staging' },
      { date: '2025-03-01', cost: '2.40', name: 'support' },
    ]);
    expect(await api.rows(`/total_costs_per_hub?${DAY}&cost=borne`)).toEqual(rows);
    expect(cents(rows)).toBe(6690);
    expect(cents(await api.rows(`/total_costs_per_hub?${DAY}`))).toBe(6690);
  });
});

describe('/total_costs_per_component', () => {
  it('gives the components of all hubs', async () => {
    expect(await api.rows(`/total_costs_per_component?${DAY}`)).toEqual([
      { date: '2025-03-01', cost: '60.00', component: 'compute' },
      { date: '2025-03-01', cost: '2.40', component: 'core' },
      { date: '2025-03-01', cost: '4.50', component: 'home storage' },
    ]);
  });

  it('gives those of one hub, support included', async () => {
    expect(await api.rows(`/total_costs_per_component?${DAY}&hub=support`)).toEqual([
      { date: '2025-03-01', cost: '20.00', component: 'compute' },
      { date: '2025-03-01', cost: '2.40', component: 'core' },
    ]);
  });

  it('leaves a component of a hub as it is among all', async () => {
    expect(await api.rows(`/total_costs_per_component?${DAY}&hub=prod&component=home%20storage`)).toEqual([
      { date: '2025-03-01', cost: '4.50', component: 'home storage' },
    ]);
  });
});

describe('/costs_per_user', () => {
  const research = { usergroup: 'research', date: '2025-03-01', hub: 'prod' };
  const teaching = { ...research, usergroup: 'teaching' };

  it('gives a row per user, component and group, by date, hub, component and descending value', async () => {
    expect(await api.rows(`/costs_per_user?${DAYS}`)).toEqual([
      { ...research, user: 'alice', component: 'compute', value: 30.0033 },
      { ...research, user: 'bob', component: 'compute', value: 15.0017 },
      { ...teaching, user: 'bob', component: 'compute', value: 15.0017 },
      { ...research, user: 'bob', component: 'home storage', value: 3 },
      { ...teaching, user: 'bob', component: 'home storage', value: 3 },
      { ...research, user: 'alice', component: 'home storage', value: 1.5 },
      { date: '2025-03-01', user: 'carol', hub: 'staging', component: 'compute', value: 15, usergroup: 'none' },
      { date: '2025-03-02', user: 'alice', hub: 'staging', component: 'compute', value: 0.0001, usergroup: 'unknown' },
    ]);
  });

  it('keeps the keys in their order', async () => {
    const [first] = await api.rows(`/costs_per_user?${DAY}`);
    expect(Object.keys(first!)).toEqual(['date', 'user', 'hub', 'component', 'value', 'usergroup']);
  });

  it('divides the amount among the groups of a person with groups=split', async () => {
    // bob's 15.0016666666 in two: 7.5008333333 each.
    expect(await api.rows(`/costs_per_user?${DAY}&user=bob&component=compute&groups=split`)).toEqual([
      { ...research, user: 'bob', component: 'compute', value: 7.5008 },
      { ...teaching, user: 'bob', component: 'compute', value: 7.5008 },
    ]);
  });

  it('keeps the users with the highest total, counting a person once however many groups they are in', async () => {
    // alice of prod 31.5033; bob 18.0017, though his rows show it twice; carol 15; alice of staging 0.0001.
    const users = async (query: string) => [
      ...new Set((await api.rows(`/costs_per_user?${DAYS}&${query}`)).map(({ hub, user }) => `${hub}/${user}`)),
    ];
    expect(await users('limit=1')).toEqual(['prod/alice']);
    expect(await users('limit=2')).toEqual(['prod/alice', 'prod/bob']);
    expect(await users('limit=3')).toEqual(['prod/alice', 'prod/bob', 'staging/carol']);
    expect(await users('limit=99')).toHaveLength(4);
    expect(await users('limit=1&usergroup=teaching')).toEqual(['prod/bob']);
    expect(await users('limit=1&hub=staging')).toEqual(['staging/carol']);
    expect(await users('limit=1&groups=split')).toEqual(['prod/alice']);
  });

  it('gives under every filter a part of what it gives without', async () => {
    const all = (await api.rows(`/costs_per_user?${DAYS}`)).map((row) => JSON.stringify(row));
    for (const filter of [
      'hub=prod',
      'component=compute',
      'user=bob',
      'usergroup=research',
      'usergroup=none',
      'limit=2',
    ]) {
      const rows = (await api.rows(`/costs_per_user?${DAYS}&${filter}`)).map((row) => JSON.stringify(row));
      expect(rows.length).toBeGreaterThan(0);
      expect(all.filter((row) => rows.includes(row))).toEqual(rows);
    }
  });
});

describe('/total_costs_per_group', () => {
  it('says with groups=full that people are counted in each of their groups, in JSON and in CSV', async () => {
    const noteOf = async (query: string) =>
      (await api.get(`/total_costs_per_group?${DAY}${query}`)).headers.get('x-groups');
    for (const query of ['', '&format=csv', '&groups=full', '']) {
      expect(await noteOf(query)).toBe('full; people in several groups are counted in each, add up with groups=split');
    }
    expect(await noteOf('&groups=split&format=csv')).toBeNull();
  });

  it('counts a person in several groups in each of them by default', async () => {
    expect(await api.rows(`/total_costs_per_group?${DAY}`)).toEqual([
      { date: '2025-03-01', usergroup: 'none', cost: 15 },
      { date: '2025-03-01', usergroup: 'research', cost: 49.5 },
      { date: '2025-03-01', usergroup: 'teaching', cost: 18 },
    ]);
  });

  it('adds up to what users cost with groups=split', async () => {
    const rows = await api.rows<{ cost: number }>(`/total_costs_per_group?${DAY}&groups=split`);
    // research: alice 31.5033333333 + half of bob's 18.0016666666.
    expect(rows).toEqual([
      { date: '2025-03-01', usergroup: 'none', cost: 15 },
      { date: '2025-03-01', usergroup: 'research', cost: 40.5 },
      { date: '2025-03-01', usergroup: 'teaching', cost: 9 },
    ]);
    expect(rows.reduce((sum, { cost }) => sum + cost, 0)).toBe(64.5);
  });

  it('calls the group of a day without memberships unknown', async () => {
    expect(await api.rows('/total_costs_per_group?from=2025-03-02&to=2025-03-02')).toEqual([
      { date: '2025-03-02', usergroup: 'unknown', cost: 0 },
    ]);
  });
});

describe('/total_usage', () => {
  it('gives shares of the cluster that add up to 1, and the usage', async () => {
    const rows = await api.rows(`/total_usage?${DAY}&component=compute`);
    const row = { date: '2025-03-01', component: 'compute' };
    expect(rows).toEqual([
      { ...row, user: 'alice', hub: 'prod', value: 0.5, gib_hours: 6 },
      { ...row, user: 'bob', hub: 'prod', value: 0.25, gib_hours: 3 },
      { ...row, user: 'carol', hub: 'staging', value: 0.25, gib_hours: 3 },
    ]);
  });

  it('gives shares of the hub when a hub is asked for, whoever else is filtered out', async () => {
    expect(await api.rows(`/total_usage?${DAY}&component=compute&hub=prod&user=bob`)).toEqual([
      { date: '2025-03-01', user: 'bob', hub: 'prod', component: 'compute', value: 0.3333333333, gib_hours: 3 },
    ]);
    expect(await api.rows(`/total_usage?${DAY}&component=compute&user=bob`)).toMatchObject([{ value: 0.25 }]);
  });
});

describe('groups of users', () => {
  it('are those of the latest day of the range whose memberships were read', async () => {
    expect(await api.rows(`/user_groups?${DAYS}`)).toEqual([
      { hub: 'prod', username: 'alice', username_escaped: 'alice', usergroup: 'research' },
      { hub: 'prod', username: 'bob', username_escaped: 'bob', usergroup: 'research' },
      { hub: 'prod', username: 'bob', username_escaped: 'bob', usergroup: 'teaching' },
      { hub: 'staging', username: 'carol', username_escaped: 'carol', usergroup: 'none' },
    ]);
    expect(await api.rows('/user_groups?from=2025-03-02&to=2025-03-02')).toEqual([]);
  });

  it('are filtered by hub, username and usergroup', async () => {
    expect(await api.rows(`/user_groups?${DAYS}&hub=prod&username=bob&usergroup=teaching`)).toEqual([
      { hub: 'prod', username: 'bob', username_escaped: 'bob', usergroup: 'teaching' },
    ]);
  });

  it('list people in several groups and in none', async () => {
    expect(await api.rows(`/users_with_multiple_groups?${DAYS}`)).toEqual([
      { username: 'bob', hub: 'prod', usergroup: 'research' },
      { username: 'bob', hub: 'prod', usergroup: 'teaching' },
    ]);
    expect(await api.rows(`/users_with_multiple_groups?${DAYS}&hub_name=staging`)).toEqual([]);
    expect(await api.rows(`/users_with_no_groups?${DAYS}`)).toEqual([{ username: 'carol', hub: 'staging' }]);
    expect(await api.rows(`/users_with_no_groups?${DAYS}&user_name=bob`)).toEqual([]);
  });
});

describe('groups of users of hubs that are read one by one', () => {
  const user = (hub: string, username: string, usergroup: string) => ({
    hub,
    username,
    username_escaped: username,
    usergroup,
  });

  it('are those of the latest day of each hub, for a week', async () => {
    await execute(
      api.databaseUrl,
      `INSERT INTO usage_days (cluster, day, dataset, status, coverage, detail, read_at, run_id, hub, method, digest) VALUES
         ('alpha', '2025-03-03', 'memberships', 'final', 1, NULL, now(), 2, 'prod', '', ''),
         ('alpha', '2025-03-03', 'memberships', 'missing', 0, 'no samples', now(), 2, 'staging', '', ''),
         ('alpha', '2025-03-08', 'memberships', 'final', 1, NULL, now(), 2, 'prod', '', '');
       INSERT INTO group_memberships (cluster, day, hub, username, usergroup, username_escaped) VALUES
         ('alpha', '2025-03-03', 'prod', 'alice', 'teaching', 'alice'),
         ('alpha', '2025-03-08', 'prod', 'alice', 'research', 'alice')`,
    );
    const [alice, carol] = [user('prod', 'alice', 'teaching'), user('staging', 'carol', 'none')];
    expect(await api.rows('/user_groups?from=2025-03-01&to=2025-03-07')).toEqual([alice, carol]);
    expect(await api.rows('/users_with_no_groups?from=2025-03-01&to=2025-03-07')).toEqual([
      { username: 'carol', hub: 'staging' },
    ]);
    expect(await api.rows('/user_groups?from=2025-03-01&to=2025-03-08')).toEqual([user('prod', 'alice', 'research')]);
  });
});

describe('names', () => {
  it('are the hubs with costs in the range, and the components that users share', async () => {
    expect(await api.rows(`/hub_names?${DAYS}`)).toEqual(['prod', 'staging', 'support']);
    expect(await api.rows('/hub_names?from=2025-03-02&to=2025-03-02')).toEqual(['prod', 'staging']);
    expect(await api.rows('/component-names')).toEqual(['compute', 'home storage']);
  });
});

/** The sum of the rows' costs, in cents: exact, as each is a text with two decimals. */
function cents(rows: Record<string, unknown>[]): number {
  return rows.reduce((sum, { cost }) => sum + Number(String(cost).replace('.', '')), 0);
}

import { execute } from '../../support/database.js';
import { apiOnEstate } from './api-on-estate.js';

const DAY = 'window=2025-03-01,2025-03-01';
const DAYS = 'window=2025-03-01,2025-03-02';
const ONE = { start: '2025-03-01', end: '2025-03-01' };
const BOTH = { start: '2025-03-01', end: '2025-03-02' };

const api = apiOnEstate();

describe('/allocation', () => {
  it('gives one row of the window by default', async () => {
    // 49.5049999999 + 15 + 2.4 + 7 + 0.00005; direct: without the 20 that are shared, and core is unallocated, of support.
    expect(await api.rows(`/allocation?${DAYS}&precision=exact`)).toEqual([
      { ...BOTH, cluster: 'alpha', cost: 73.9050499999, direct: 53.9050499999, shared: 20 },
    ]);
  });

  it('gives what the users of each hub bear, with what nobody bears, the highest first', async () => {
    expect(await api.rows(`/allocation?${DAY}&aggregate=hub`)).toEqual([
      { ...ONE, hub: 'prod', cost: 49.505, direct: 34.505, shared: 15 },
      { ...ONE, hub: 'staging', cost: 15, direct: 10, shared: 5 },
      { ...ONE, hub: 'support', cost: 2.4, direct: 2.4, shared: 0 },
    ]);
  });

  it('gives users, and what nobody bears with its reason, by step', async () => {
    const row = (day: string) => ({ start: day, end: day });
    expect(await api.rows(`/allocation?${DAYS}&aggregate=user,hub&step=1d`)).toMatchObject([
      { ...row('2025-03-01'), hub: 'prod', user: 'alice', reason: null, cost: 31.5033, direct: 21.5033, shared: 10 },
      { ...row('2025-03-01'), hub: 'prod', user: 'bob', reason: null, cost: 18.0017, direct: 13.0017, shared: 5 },
      { ...row('2025-03-01'), hub: 'staging', user: 'carol', reason: null, cost: 15, direct: 10, shared: 5 },
      { ...row('2025-03-01'), hub: 'support', user: null, reason: 'not allocated', cost: 2.4, direct: 2.4, shared: 0 },
      { ...row('2025-03-02'), hub: 'prod', user: null, reason: 'idle', cost: 7, direct: 7, shared: 0 },
      { ...row('2025-03-02'), hub: 'staging', user: 'alice', reason: null, cost: 0.0001, direct: 0.0001, shared: 0 },
    ]);
  });

  it('gives the usage of users by measure with its unit, and efficiency where both used and requested are known', async () => {
    // alice requested 6 GiB for an hour, and used 1.5 GiB of them; bob's use is not known.
    await execute(
      api.databaseUrl,
      `INSERT INTO user_usage (cluster, day, hub, username, measure, quantity)
       VALUES ('alpha', '2025-03-01', 'prod', 'alice', 'memory_used', ${1.5 * 3600 * 2 ** 30})`,
    );
    const usage = (measure: string, gib: number) => ({ measure, unit: 'byte-seconds', quantity: gib * 3600 * 2 ** 30 });
    const known = { cpu_efficiency: null };
    expect(await api.rows(`/allocation?${DAY}&aggregate=user&hub=prod&step=1w`)).toMatchObject([
      {
        user: 'alice',
        usage: [usage('home_stored', 1), usage('memory_requested', 6), usage('memory_used', 1.5)],
        memory_efficiency: 0.25,
        ...known,
      },
      {
        user: 'bob',
        usage: [usage('home_stored', 2), usage('memory_requested', 3)],
        memory_efficiency: null,
        ...known,
      },
    ]);
    expect(await api.rows(`/allocation?${DAYS}&aggregate=hub,user&user=alice`)).toMatchObject([
      { hub: 'prod', memory_efficiency: 0.25 },
      { hub: 'staging', usage: [usage('memory_requested', 0.5)], memory_efficiency: null },
    ]);
    const { text } = await api.get(`/allocation?${DAYS}&aggregate=user&user=carol&format=csv`);
    expect(text.split('\r\n')).toEqual([
      'start,end,user,reason,cost,direct,shared,usage,memory_efficiency,cpu_efficiency',
      `"2025-03-01","2025-03-02","carol",,15,10,5,"[{""measure"" : ""memory_requested"", ""unit"" : ""byte-seconds"", ""quantity"" : ${3 * 3600 * 2 ** 30}}]",,`,
      '',
    ]);
    for (const query of ['aggregate=user,component', 'aggregate=user&component=compute', 'aggregate=hub']) {
      expect(Object.keys((await api.rows(`/allocation?${DAY}&${query}`))[0]!)).not.toContain('usage');
    }
  });

  it('gives the services of tagged cost, and shared cost by the services of untagged cost', async () => {
    const compute = 'Amazon Elastic Compute Cloud - Compute';
    expect(await api.rows(`/allocation?${DAY}&aggregate=service&hub=prod&precision=exact`)).toEqual([
      // 25.0049999999 of prod's tag, and 15 of support's 20.
      { ...ONE, service: compute, cost: 40.0049999999, direct: 25.0049999999, shared: 15 },
      { ...ONE, service: 'EC2 - Other', cost: 9.5, direct: 9.5, shared: 0 },
    ]);
    expect(await api.rows(`/allocation?${DAY}&aggregate=service,component&service=EC2%20-%20Other`)).toEqual([
      { ...ONE, component: 'compute', service: 'EC2 - Other', cost: 5, direct: 5, shared: 0 },
      { ...ONE, component: 'home storage', service: 'EC2 - Other', cost: 4.5, direct: 4.5, shared: 0 },
    ]);
  });

  it('splits people among their groups', async () => {
    expect(await api.rows(`/allocation?${DAY}&aggregate=usergroup`)).toMatchObject([
      // alice's 31.5033 and half of bob's 18.0017.
      { usergroup: 'research', reason: null, cost: 40.5042 },
      { usergroup: 'none', reason: null, cost: 15 },
      { usergroup: 'teaching', reason: null, cost: 9.0008 },
      { usergroup: null, reason: 'not allocated', cost: 2.4 },
    ]);
    expect(await api.rows(`/allocation?${DAY}&aggregate=hub&usergroup=teaching`)).toMatchObject([
      { hub: 'prod', cost: 9.0008 },
    ]);
  });

  it('leaves idle cost out with includeIdle=false', async () => {
    expect(await api.rows(`/allocation?${DAYS}&includeIdle=false&precision=exact`)).toMatchObject([
      { cost: 66.9050499999 },
    ]);
  });

  it('keeps the highest with limit, by their total over the window', async () => {
    const users = (await api.rows(`/allocation?${DAYS}&aggregate=hub,user&limit=1&step=1d`)).map(
      ({ user, reason }) => user ?? reason,
    );
    expect(users).toEqual(['alice', 'not allocated', 'idle']);
    expect((await api.rows(`/allocation?${DAYS}&aggregate=hub&limit=2`)).map(({ hub }) => hub)).toEqual([
      'prod',
      'staging',
    ]);
  });

  it('adds up steps with accumulate=true, and cuts steps to the window', async () => {
    expect(await api.rows(`/allocation?${DAYS}&step=1d&accumulate=true`)).toEqual(
      await api.rows(`/allocation?${DAYS}`),
    );
    expect(await api.rows('/allocation?window=2025-02-27,2025-03-04&step=1w')).toMatchObject([
      { start: '2025-02-27', end: '2025-03-02', cost: 73.905 },
    ]);
    expect(await api.rows('/allocation?window=1740787200,1740960000&step=1M')).toMatchObject([
      { start: '2025-03-01', end: '2025-03-02', cost: 73.905 },
    ]);
  });

  it("accumulates in OpenCost's words, whatever step says", async () => {
    for (const [word, step] of [
      ['all', 'all'],
      ['True', 'all'],
      ['1', 'all'],
      ['day', '1d'],
      ['week', '1w'],
      ['month', '1M'],
      ['FALSE', '1w'],
    ] as const) {
      expect(await api.rows(`/allocation?window=2025-02-27,2025-03-04&step=1w&accumulate=${word}`)).toEqual(
        await api.rows(`/allocation?window=2025-02-27,2025-03-04&step=${step}`),
      );
    }
    expect(await api.rows('/allocation?window=2025-02-27,2025-04-02&accumulate=quarter')).toMatchObject([
      { start: '2025-02-27', end: '2025-03-31', cost: 73.905 },
    ]);
    expect(
      await api.rows('/allocation?window=2025-02-27,2025-04-02&aggregate=user&user=alice&accumulate=quarter'),
    ).toEqual(await api.rows('/allocation?window=2025-02-27,2025-03-31&aggregate=user&user=alice'));
    const idle = await api.rows(`/allocation?${DAYS}&aggregate=user&shareIdle=false`);
    expect(await api.rows(`/allocation?${DAYS}&aggregate=user&shareIdle=False`)).toEqual(idle);
    const { status, text } = await api.get(`/allocation?${DAYS}&accumulate=hour`);
    expect(status).toBe(400);
    expect(text).toContain('accumulate: must be');
  });

  it('keeps, with a limit, the rows of the highest as they are without one, usage and all', async () => {
    for (const query of [`${DAYS}&aggregate=user`, `${DAYS}&aggregate=hub,user&step=1d`]) {
      const rows = await api.rows(`/allocation?${query}`);
      const first = rows.find(({ reason }) => reason === null)!;
      const kept = rows.filter((row) => row.reason !== null || (row.user === first.user && row.hub === first.hub));
      expect(kept.some(({ usage }) => usage !== null)).toBe(true);
      expect(await api.rows(`/allocation?${query}&limit=1`)).toEqual(kept);
      expect(await api.rows(`/allocation?${query}&limit=1000`)).toEqual(rows);
    }
  });

  it('comes as CSV with the columns asked for', async () => {
    const { text } = await api.get(`/allocation?${DAY}&aggregate=hub&hub=staging&format=csv`);
    expect(text).toBe('start,end,hub,cost,direct,shared\r\n"2025-03-01","2025-03-01","staging",15,10,5\r\n');
    const people = await api.get(`/allocation?${DAY}&aggregate=usergroup,user&user=carol&format=csv`);
    expect(people.text).toBe(
      'start,end,user,usergroup,reason,cost,direct,shared\r\n"2025-03-01","2025-03-01","carol","none",,15,10,5\r\n',
    );
  });

  it('says which names nobody knows', async () => {
    const { json, headers } = await api.get(`/allocation?${DAY}&service=S3&instance_type=m5.large`);
    expect([json, headers.get('x-unknown')]).toEqual([[], 'service=S3, instance_type=m5.large']);
  });

  it.each([
    ['', /^window: must be given/],
    ['window=year', /^window: must be today/],
    [`${DAY}&aggregate=namespace`, /^aggregate: must be some of cluster, hub, /],
    [`${DAY}&aggregate=service,user`, /^aggregate: service goes with neither user nor usergroup/],
    [`${DAY}&aggregate=usergroup&aggregate=service`, /^aggregate: service goes/],
    [`${DAY}&aggregate=hub,user&service=x`, /^service: service goes/],
    [`${DAY}&aggregate=service&user=alice`, /^aggregate: service goes/],
    [`${DAY}&step=1m`, /^step: must be day, 1d, /],
    [`${DAY}&from=2025-03-01`, /^from: is no parameter/],
    [`${DAY}&shareIdle=weighted`, /^shareIdle: must be true or false/],
  ])('%s is a 400', async (query, message) => {
    const { status, json } = await api.get(`/allocation?${query}`);
    expect([status, json.message]).toEqual([400, expect.stringMatching(message)]);
  });
});

describe('/allocation/trends', () => {
  it('compares a window with the one before it, what rose most first', async () => {
    expect(await api.rows('/allocation/trends?window=2025-03-02,2025-03-02&aggregate=hub')).toEqual(
      [
        { hub: 'support', before: 2.4, now: 0, difference: -2.4, ratio: 0 },
        { hub: 'staging', before: 15, now: 0.0001, difference: -15, ratio: 0 },
        { hub: 'prod', before: 49.505, now: 7, difference: -42.505, ratio: 0.1414 },
      ].map((row) => ({
        start: '2025-03-02',
        end: '2025-03-02',
        before_start: '2025-03-01',
        before_end: '2025-03-01',
        ...row,
      })),
    );
    expect(await api.rows('/allocation/trends?window=2025-03-01,2025-03-01&aggregate=hub&limit=1')).toMatchObject([
      { hub: 'prod', before: null, now: 49.505, difference: null, ratio: null },
    ]);
  });

  it('knows no sum of days that are not all stored: not 0, and no rise', async () => {
    // 1 March is stored, 28 February is not.
    for (const query of [
      'window=2025-03-01,2025-03-02',
      'window=2025-03-02,2025-03-03',
      'window=2025-03-01,2025-03-03',
    ]) {
      const rows = await api.rows(`/allocation/trends?${query}&aggregate=hub,user`);
      expect(rows.length).toBeGreaterThan(2);
      for (const row of rows) expect(row).toMatchObject({ before: null, difference: null, ratio: null });
      expect(rows.every(({ now }) => (now === null) === query.endsWith('03'))).toBe(true);
    }
    const [first] = await api.rows('/allocation/trends?window=2025-03-01,2025-03-02&aggregate=hub');
    expect(first).toMatchObject({ hub: 'prod', now: 56.505 });
  });

  it('compares with the same days of the month before', async () => {
    expect(await api.rows('/allocation/trends?window=2025-04-01,2025-04-02&compare=month')).toMatchObject([
      {
        start: '2025-04-01',
        end: '2025-04-02',
        before_start: '2025-03-01',
        before_end: '2025-03-02',
        before: 73.905,
        now: null,
        difference: null,
      },
    ]);
  });

  it('compares complete days alone', async () => {
    const { status, json } = await api.get('/allocation/trends?window=today');
    expect([status, json.message]).toEqual([400, 'window: has no complete day yet']);
    // On the first of a month it has the running day alone.
    const isFirst = new Date().getUTCDate() === 1;
    expect((await api.get('/allocation/trends?window=month')).status).toBe(isFirst ? 400 : 200);
    expect((await api.get('/allocation/trends?window=7d')).status).toBe(200);
  });
});

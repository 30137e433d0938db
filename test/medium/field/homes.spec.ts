import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CostLine } from '../database/stored-cluster.js';
import { D0, D1, D2, D3, D4, D5, D6, D7, FieldCluster } from './field-cluster.js';
import { home, membership, pod } from './field-series.js';

/* Real Prometheus, real Postgres, figures by REST. Each right value is worked out by hand. */
let cluster: FieldCluster;
afterEach(() => cluster?.stop());

const HOMES: readonly CostLine[] = [
  ['prod', 'home storage', '8'],
  ['staging', 'home storage', '4'],
  ['support', 'home storage', '22'],
];
const homes = (day: Parameters<FieldCluster['costsPerUser']>[0]) => cluster.costsPerUser(day, 'home storage');

describe('an exporter that was restarted', () => {
  it('tells large homes hours later; each pays for its size all the time', async () => {
    // Restarted on D1 at 06:00: alice is back after ten minutes, bob after 36 hours, under another instance.
    const after = { instance: 'dirsize-new' };
    cluster = await FieldCluster.start(
      [
        home('prod', 'alice', 10, `${D0}T00:00:00`, `${D1}T06:00:00`),
        home('prod', 'alice', 10, `${D1}T06:10:00`, `${D2}T23:50:00`, after),
        home('prod', 'bob', 180, `${D0}T00:00:00`, `${D1}T06:00:00`),
        home('prod', 'bob', 180, `${D2}T18:00:00`, `${D2}T23:50:00`, after),
      ],
      { days: [D0, D1, D2], costs: [['prod', 'home storage', '19']] },
    );
    expect(await cluster.readUsage()).toMatchObject({ status: 'succeeded' });
    for (const day of [D0, D1, D2]) expect(await homes(day)).toEqual({ 'prod/alice': 1, 'prod/bob': 18 });
    expect(await cluster.gaps(D0)).toEqual([]);
  });

  it('and whose new series tells a smaller size is believed: the newest sample counts, not the largest', async () => {
    cluster = await FieldCluster.start(
      [
        home('prod', 'alice', 190, `${D0}T00:00:00`, `${D0}T23:50:00`),
        home('prod', 'alice', 10, `${D1}T00:00:00`, `${D1}T23:50:00`, { instance: 'dirsize-new' }),
        home('prod', 'bob', 180, `${D0}T00:00:00`, `${D1}T23:50:00`),
      ],
      { days: [D1], costs: [['prod', 'home storage', '19']] },
    );
    await cluster.readUsage();
    expect(await homes(D1)).toEqual({ 'prod/alice': 1, 'prod/bob': 18 });
  });

  it('and is scraped every two hours tells every size of the day', async () => {
    const rarely = (user: string, gib: number) => {
      const one = home('prod', user, gib, `${D0}T00:50:00`, `${D0}T23:50:00`);
      return { ...one, samples: one.samples.filter((_, index) => index % 12 === 0) };
    };
    cluster = await FieldCluster.start([rarely('alice', 10), rarely('bob', 180)], {
      costs: [['prod', 'home storage', '19']],
    });
    await cluster.readUsage();
    expect(await homes(D0)).toEqual({ 'prod/alice': 1, 'prod/bob': 18 });
  });
});

describe('an exporter of one hub that is away', () => {
  it('for a day leaves the last known sizes, and is named', async () => {
    cluster = await FieldCluster.start(
      [
        home('prod', 'alice', 100, `${D0}T00:00:00`, `${D0}T23:50:00`),
        home('prod', 'alice', 100, `${D2}T00:00:00`, `${D2}T23:50:00`),
        home('staging', 'sam', 10, `${D0}T00:00:00`, `${D2}T23:50:00`),
      ],
      { days: [D0, D1, D2], costs: HOMES },
    );
    await cluster.readUsage();
    // Of the untagged 22, 100 and 10 parts of 110.
    for (const day of [D0, D1, D2]) expect(await homes(day)).toEqual({ 'prod/alice': 28, 'staging/sam': 6 });
    expect(await cluster.gaps(D0)).toEqual([`prod missing ${D1} ${D1}`]);
  });

  it('for longer than sizes last bears its own gap: nobody else pays for it', async () => {
    cluster = await FieldCluster.start(
      [
        home('prod', 'alice', 100, `${D0}T00:00:00`, `${D0}T23:50:00`),
        home('staging', 'sam', 10, `${D0}T00:00:00`, `${D7}T23:50:00`),
      ],
      { days: [D0, D1, D2, D3, D4, D5, D6, D7], costs: HOMES },
    );
    await cluster.readUsage();
    for (const day of [D1, D2, D3]) expect(await homes(day)).toEqual({ 'prod/alice': 28, 'staging/sam': 6 });
    for (const day of [D4, D5, D6, D7]) {
      expect(await homes(day)).toEqual({ 'staging/sam': 6 });
      // 8 of its own, and its part of the untagged 22, by what it used when it was last read.
      const [unread] = await cluster.unallocated(day, 'home storage');
      expect(unread).toMatch(/^prod usage not read 8 20$/);
    }
    expect(await cluster.gaps(D0)).toEqual([`prod missing ${D1} ${D7}`]);
  });

  it('whose sizes end during a day does not leave the rest of that day to others', async () => {
    cluster = await FieldCluster.start(
      [
        home('prod', 'alice', 100, `${D0}T00:00:00`, `${D0}T23:50:00`),
        home('staging', 'sam', 10, `${D0}T00:00:00`, `${D7}T23:50:00`),
      ],
      { days: [D0, D1, D2], costs: HOMES },
    );
    await cluster.readUsage({ HOME_STORAGE_LOOKBACK: '1h' });
    expect(await homes(D1)).toEqual({ 'staging/sam': 6 });
    expect(await homes(D2)).toEqual({ 'staging/sam': 6 });
    expect(await cluster.unallocated(D2, 'home storage')).toEqual(['prod usage not read 8 20']);
  });

  it('and was never seen has its tagged cost unread, and no weight', async () => {
    cluster = await FieldCluster.start([home('staging', 'sam', 10, `${D0}T00:00:00`, `${D0}T23:50:00`)], {
      costs: HOMES,
    });
    await cluster.readUsage();
    expect(await homes(D0)).toEqual({ 'staging/sam': 26 });
    expect(await cluster.unallocated(D0, 'home storage')).toEqual(['prod usage not read 8 0']);
  });

  it('is read after all when its samples arrive late', async () => {
    const staging = home('staging', 'sam', 10, `${D0}T00:00:00`, `${D1}T23:50:00`);
    cluster = await FieldCluster.start([staging, home('prod', 'alice', 100, `${D0}T00:00:00`, `${D0}T23:50:00`)], {
      days: [D0, D1],
      costs: HOMES,
    });
    await cluster.readUsage({ HOME_STORAGE_LOOKBACK: '1h' });
    expect(await homes(D1)).toEqual({ 'staging/sam': 6 });
    const late = await FieldCluster.start([staging, home('prod', 'alice', 30, `${D0}T00:00:00`, `${D1}T23:50:00`)], {
      days: [D0],
    });
    try {
      await cluster.readUsage({ PROMETHEUS_URL: late.prometheus.url }, { from: D1, until: D2 });
    } finally {
      await late.stop();
    }
    // The API looks for new figures once a second.
    await sleep(1_100);
    expect(await homes(D1)).toEqual({ 'prod/alice': 24.5, 'staging/sam': 9.5 });
    expect(await cluster.gaps(D0)).toEqual([]);
  });
});

describe('a hub in two namespaces', () => {
  const series = [
    home('a', 'alice', 10, `${D0}T00:00:00`, `${D1}T23:50:00`),
    home('b', 'bob', 30, `${D0}T00:00:00`, `${D0}T23:50:00`),
    home('staging', 'sam', 20, `${D0}T00:00:00`, `${D1}T23:50:00`),
  ];
  let folder: string;
  let ATTRIBUTION_FILE: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'divided-hub-'));
    ATTRIBUTION_FILE = join(folder, 'attribution.json');
    await writeFile(ATTRIBUTION_FILE, JSON.stringify({ namespaceHubs: { a: 'prod', b: 'prod' } }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('of which one is away does not leave the other to pay for it', async () => {
    const costs: CostLine[] = [
      ['prod', 'home storage', '8'],
      ['support', 'home storage', '60'],
    ];
    cluster = await FieldCluster.start(series, { days: [D0, D1], costs });
    await cluster.readUsage({ ATTRIBUTION_FILE, HOME_STORAGE_LOOKBACK: '1h' });
    // Of prod's 8 a quarter and three; of the untagged 60 by 10, 30 and 20.
    expect(await homes(D0)).toEqual({ 'prod/alice': 12, 'prod/bob': 36, 'staging/sam': 20 });
    expect(await homes(D1)).toEqual({ 'staging/sam': 20 });
    expect(await cluster.unallocated(D1, 'home storage')).toEqual(['prod usage not read 8 40']);
  });

  it('of which one tells no groups leaves those of its users unknown, not the others', async () => {
    const times = { day: D1 };
    cluster = await FieldCluster.start(
      [
        ...pod('a', 'alice', 8, times),
        ...pod('b', 'bob', 8, times),
        ...['alice', 'amy'].flatMap((user) => membership('a', user, 'geo', D1)),
        membership('b', 'bob', 'geo', D0),
      ],
      { days: [D0, D1] },
    );
    await cluster.readUsage({ ATTRIBUTION_FILE });
    expect(await cluster.groups(D1)).toEqual({ 'prod/alice': ['geo'], 'prod/bob': ['unknown'] });
  });
});

describe('groups', () => {
  const times = { day: D0 };

  it('of a hub whose exporter told nothing are unknown, those of others are not', async () => {
    cluster = await FieldCluster.start([
      ...pod('prod', 'alice', 8, times),
      ...pod('staging', 'sam', 8, times),
      membership('staging', 'sue', 'geo', D0),
    ]);
    await cluster.readUsage();
    expect(await cluster.groups(D0)).toEqual({ 'prod/alice': ['unknown'], 'staging/sam': ['none'] });
  });

  it('of an exporter that tells only `multiple` are that', async () => {
    cluster = await FieldCluster.start([
      ...pod('prod', 'alice', 8, times),
      ...pod('prod', 'bob', 8, times),
      ...pod('prod', 'cy', 8, times),
      membership('prod', 'alice', 'multiple', D0),
      ...['geo', 'ocean', 'multiple'].map((group) => membership('prod', 'bob', group, D0)),
      membership('prod', 'cy', 'none', D0),
    ]);
    await cluster.readUsage();
    expect(await cluster.groups(D0)).toEqual({
      'prod/alice': ['multiple'],
      'prod/bob': ['geo', 'ocean'],
      'prod/cy': ['none'],
    });
  });

  it('are read under the prefix of the exporter', async () => {
    cluster = await FieldCluster.start([
      ...pod('prod', 'alice', 8, times),
      membership('prod', 'alice', 'geo', D0, 'hub_metrics'),
    ]);
    await cluster.readUsage({ JUPYTERHUB_METRICS_PREFIX: 'hub_metrics' });
    expect(await cluster.groups(D0)).toEqual({ 'prod/alice': ['geo'] });
  });

  it('that are away for some days leave directories to those whom they named before', async () => {
    const slug = 'bob-smith-uni-edu---87b805cb';
    const named = membership('prod', 'bob.smith@uni.edu', 'geo', D0);
    cluster = await FieldCluster.start(
      [
        { ...named, labels: { ...named.labels, username_escaped: 'bob-2esmith-40uni-2eedu', username_safe: slug } },
        home('prod', slug, 10, `${D0}T00:00:00`, `${D2}T23:50:00`),
      ],
      { days: [D0, D1, D2], costs: [['prod', 'home storage', '10']] },
    );
    await cluster.readUsage();
    for (const day of [D0, D1, D2]) expect(await homes(day)).toEqual({ 'prod/bob.smith@uni.edu': 10 });
  });
});

import { execute } from '../../support/database.js';
import { Panels, range } from './panel-rows.js';

const panels = new Panels('jupyterhub-sync-health');

describe('sync health', () => {
  it('says of a day that was not read nothing, instead of drawing the day before over it', async () => {
    const later = range('2026-03-05T00:00:00Z', '2026-03-08T12:00:00Z');
    const rows = await panels.rowsOf('Usage read, by day', {}, later);
    expect(rows.map(({ time, compute }) => [time, compute])).toEqual([
      ['2026-03-05', 'provisional'],
      ['2026-03-06', 'provisional'],
      ['2026-03-07', 'not read'],
      ['2026-03-08', 'not read'],
    ]);
    // 4 March is final, of nine tenths of its hours.
    expect((await panels.rowsOf('Usage read, by day'))[2]).toMatchObject({ time: '2026-03-04', compute: 'partial' });
  });

  it('the age of each source counts from its last good run, however the newest run went', async () => {
    const rows = await panels.rowsOf('Time since the last good run');
    const expected = (Date.now() - Date.parse('2026-03-04T05:17:30Z')) / 1000;
    expect(rows.map(({ Source }) => Source)).toEqual(['cost-explorer', 'prometheus']);
    expect(Math.abs(Number(rows[0]!.Age) - expected)).toBeLessThan(60);
  });

  it('the newest day of each kind of data', async () => {
    const days = Object.fromEntries(
      (await panels.rowsOf('Newest day')).map(({ Data, 'Newest day': day }) => [String(Data), day]),
    );
    expect(days).toMatchObject({
      costs: '2026-03-06',
      'costs, no longer estimated': '2026-03-03',
      'compute, final': '2026-03-04',
      'compute, provisional': '2026-03-06',
    });
  });

  it('runs of the range, newest first, with what they cost', async () => {
    const runs = await panels.rowsOf('Runs');
    expect(runs.map(({ Source, Status }) => `${String(Source)} ${String(Status)}`)).toEqual([
      'All null',
      'prometheus running',
      'prometheus succeeded',
      'cost-explorer failed',
      'cost-explorer succeeded',
    ]);
    expect(runs[0]).toMatchObject({ Error: '1 failed', Requests: 7, Spent: 0.07 });
    expect(runs[3]).toMatchObject({
      From: '2026-02-01',
      To: '2026-03-04',
      Duration: 60,
      Requests: 2,
      Spent: 0.02,
      Error: `throttled; it's busy`,
    });
    expect(await panels.points('Spent on Cost Explorer requests')).toEqual([
      '2026-03-04 schedule 0.05',
      '2026-03-05 schedule 0.02',
    ]);
  });

  it('restatements: what rose and fell, a cost that appeared or vanished counted whole', async () => {
    // The part of 4 March that the range has does not have the time of the run: it is the whole day all the same.
    const part = range('2026-03-04T20:00:00Z', '2026-03-04T21:00:00Z');
    for (const days of [undefined, part]) {
      expect(
        (await panels.points('Restatements, by the day they were seen', {}, days)).map((one) =>
          one.replace(/^\S+ /, ''),
        ),
      ).toEqual(['rose 31', 'fell -2.5']);
      expect(await panels.onlyRow('Restated in the range', {}, days)).toEqual({
        Rose: '+$31.00',
        Fell: '-$2.50',
        Together: '+$28.50',
      });
    }
    expect((await panels.rowsOf('What changed, and by how much')).slice(0, 2)).toMatchObject([
      { Hub: 'All', Difference: 28.5, Before: 31.5, After: 60 },
      { Day: '2026-02-28', Before: null, After: 30, Difference: 30, Reason: 'restated' },
    ]);
  });
});

describe('the line at the top', () => {
  const states = async (cluster: string) => (await panels.rowsOf('Is it well?', { cluster })).map(({ State }) => State);

  it('says what is wrong: the last run failed, and the good ones are too old', async () => {
    expect(await states('earth')).toEqual([
      'The last run of cost-explorer failed',
      'No good run of cost-explorer since 2026-03-04 05:17',
      'No good run of prometheus since 2026-03-05 05:18',
    ]);
    expect((await panels.rowsOf('Is it well?'))[0]!['What to do']).toContain("throttled; it's busy");
  });

  it('is All well after good runs, and nothing for a cluster that nobody has', async () => {
    await execute(
      panels.database.url,
      `INSERT INTO sync_locks (cluster) VALUES ('well'), ('young');
       INSERT INTO sync_runs (cluster, source, trigger, status, started_at, finished_at)
       SELECT 'well', source, 'schedule', 'succeeded', now() - interval '29 hours', now() - interval '29 hours'
       FROM (VALUES ('cost-explorer'), ('prometheus')) AS sources (source)
       UNION ALL SELECT 'young', 'cost-explorer', 'schedule', 'succeeded', now(), now()`,
    );
    expect(await states('well')).toEqual(['All well']);
    expect(await states('young')).toEqual(['Never synced: prometheus']);
    expect(await states('nobody')).toEqual([]);
    expect(await panels.onlyRow('Runs of the last 7 days', { cluster: 'well' })).toEqual({
      Failed: '0',
      Succeeded: '2',
      'Last failure': 'none',
    });
  });

  it('says which usage of the last two days was not read, and why', async () => {
    await execute(
      panels.database.url,
      `INSERT INTO usage_days (cluster, day, dataset, hub, status, coverage, detail, read_at, method, digest, run_id)
       SELECT 'well', (now() AT TIME ZONE 'UTC')::date - ago, 'home storage', 'prod', 'missing', 0, 'no samples', now(), '', '', 1
       FROM generate_series(1, 3) AS ago`,
    );
    const [finding, ...others] = await panels.rowsOf('Is it well?', { cluster: 'well' });
    expect(finding!['State']).toMatch(/^Usage not read: home storage of prod, \S+, \S+$/);
    expect(finding!['What to do']).toContain('no samples');
    expect(others).toEqual([]);
  });
});

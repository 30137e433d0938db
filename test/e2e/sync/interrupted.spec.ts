import { addDays, eachDay, startOfDay } from '#libs/domain';
import { HISTORY_DAYS, SyncEstate } from './sync-estate.js';
import { waitUntil } from '../../support/wait-until.js';

let estate: SyncEstate;
beforeAll(async () => {
  estate = await SyncEstate.start();
});
afterAll(() => estate?.stop());

const countRows = async (table: string): Promise<number> =>
  (await estate.query<{ count: number }>(`SELECT count(*)::int FROM ${table}`))[0]!.count;

describe('a run that is interrupted', () => {
  it('while it waits for Cost Explorer ends at once, stores nothing and says why', async () => {
    estate.simulator.faults.add({ kind: 'hanging-connection', after: 3 });
    const sync = estate.start(['--once']);
    await waitUntil(() => estate.simulator.requestCounts.answered('GetCostAndUsage') === 3);
    const toldMs = Date.now();
    sync.signal('SIGTERM');
    const { code } = await sync.ended;
    estate.simulator.faults.clear();

    expect(code).toBe(1);
    expect(Date.now() - toldMs).toBeLessThan(20_000);
    expect(await countRows('cost_days')).toBe(0);
    expect(await estate.runs()).toEqual([
      expect.objectContaining({ source: 'cost-explorer', status: 'failed', error: 'stopped by SIGTERM', requests: 4 }),
    ]);
  });

  it('while another one works on the cluster does nothing and says so', async () => {
    estate.prometheus.hang();
    const first = estate.start(['--once']);
    await waitUntil(async () => (await estate.latestRuns())['prometheus']?.status === 'running');
    const runsBefore = await estate.runs();

    const second = await estate.run(['--once']);

    expect(second.code).toBe(75);
    expect(second.stderr).toContain('another sync works on this cluster');
    expect(await estate.runs()).toEqual(runsBefore);
    first.signal('SIGINT');
    expect((await first.ended).code).toBe(1);
    expect((await estate.latestRuns())['prometheus']).toMatchObject({ error: 'stopped by SIGINT' });
    estate.prometheus.recover();
  });

  it('by a Prometheus that is out of order keeps the costs, names the fault and fails', async () => {
    estate.prometheus.refuseWith(422);
    const { code, stdout } = await estate.run(['--once']);
    estate.prometheus.recover();

    expect(code).toBe(1);
    expect(stdout).toMatch(/Costs \(Cost Explorer\): succeeded/);
    expect(stdout).toMatch(/Usage \(Prometheus\): failed.*\n.*422.*out of order/);
    expect((await estate.latestRuns())['prometheus']).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('out of order'),
    });
    expect(await countRows('cost_days')).toBeGreaterThan(390);
    expect(await countRows('user_usage')).toBe(0);
  });

  it('in the middle of the usage has stored days whole or not at all', async () => {
    const hung = addDays(estate.today, -4);
    estate.prometheus.hang(startOfDay(hung));
    const sync = estate.start(['--once']);
    await waitUntil(async () => (await daysWithUsage()).includes(addDays(hung, -1)));
    sync.signal('SIGTERM');
    const { code, stdout } = await sync.ended;
    estate.prometheus.recover();

    expect(code).toBe(1);
    expect(stdout).toContain('stopped by SIGTERM');
    const marks = await estate.query<{ datasets: string }>(
      `SELECT string_agg(DISTINCT dataset, ', ' ORDER BY dataset) AS datasets FROM usage_days GROUP BY day`,
    );
    expect(new Set(marks.map(({ datasets }) => datasets))).toEqual(new Set(['compute, home storage, memberships']));
    expect((await daysWithUsage()).at(-1)).toBe(addDays(hung, -1));
  });

  it('is repaired by the next one', async () => {
    const { code } = await estate.run(['--once']);
    expect(code).toBe(0);
    expect((await estate.runs()).map(({ status }) => status)).not.toContain('running');
    expect((await estate.latestRuns())['prometheus']).toMatchObject({ status: 'succeeded', error: null });
    const remembered = eachDay({ from: addDays(estate.today, 1 - HISTORY_DAYS), until: addDays(estate.today, 1) });
    expect(await daysWithUsage()).toEqual(expect.arrayContaining(remembered));
  });
});

const daysWithUsage = async (): Promise<string[]> =>
  (await estate.query<{ day: string }>(`SELECT DISTINCT day::text FROM user_usage ORDER BY 1`)).map(({ day }) => day);

import { SyncEstate } from './sync-estate.js';
import { waitUntil } from './wait-until.js';

jest.setTimeout(300_000);

let estate: SyncEstate;
beforeAll(async () => {
  estate = await SyncEstate.start();
});
afterAll(() => estate?.stop());

const countRows = async (table: string): Promise<number> =>
  (await estate.query<{ count: number }>(`SELECT count(*)::int FROM ${table}`))[0]!.count;

describe('a run that is told to stop', () => {
  it('while it waits for Cost Explorer ends at once, stores nothing and says why', async () => {
    estate.simulator.faults.add({ kind: 'hanging-connection', after: 3 });
    const sync = estate.start(['--once']);
    await waitUntil(() => estate.simulator.requestCounts.answered('GetCostAndUsage') === 3);
    const toldMs = Date.now();
    sync.signal('SIGTERM');
    const { code } = await sync.ended;
    estate.simulator.faults.clear();

    expect(code).toBe(1);
    expect(Date.now() - toldMs).toBeLessThan(5_000);
    expect(await countRows('account_costs')).toBe(0);
    expect(await estate.runs()).toEqual([
      expect.objectContaining({ source: 'cost-explorer', status: 'failed', error: 'stopped by SIGTERM', requests: 4 }),
    ]);
  });

  it('while another one works on the cluster does nothing and says so', async () => {
    estate.prometheus.hangAfter(0);
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
});

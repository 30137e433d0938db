import type { FaultRequest } from '../../../apps/simulator/src/index.js';
import { killLeftSyncs, runSync, type SyncExit } from '../sync/sync-process.js';
import { startDrillEstate, variablesOf } from './drill-estate.js';
import { DrilledDatabase, type RunRow } from './drilled-database.js';

/** What only a process of its own shows: real sockets, real waiting. All wait at once. */
afterAll(killLeftSyncs);

interface Outcome extends SyncExit {
  readonly seconds: number;
  readonly costs: RunRow | undefined;
  readonly sent: number;
}

/** A first run whose Cost Explorer has these faults. */
async function runWith(fault: FaultRequest): Promise<Outcome> {
  const simulator = await startDrillEstate();
  const database = await DrilledDatabase.create();
  try {
    simulator.faults.add(fault);
    const startedMs = performance.now();
    const exit = await runSync(['--once'], variablesOf(simulator, database.url));
    const { answered, refused } = simulator.requestCounts.toJSON()['GetCostAndUsage']!;
    return {
      ...exit,
      seconds: (performance.now() - startedMs) / 1000,
      costs: await database.latestRun('cost-explorer'),
      sent: answered + refused,
    };
  } finally {
    await database.drop();
    await simulator.close();
  }
}

describe('a connection to Cost Explorer', () => {
  let hanging: Outcome;
  let dropped: Outcome;
  beforeAll(async () => {
    [hanging, dropped] = await Promise.all([
      runWith({ kind: 'hanging-connection', after: 2 }),
      runWith({ kind: 'dropped-connection', times: 1_000 }),
    ]);
  });

  it('that hangs is given up after a minute, and tried again', () => {
    expect(hanging).toMatchObject({ code: 0, stderr: '', costs: { status: 'succeeded', error: null } });
    expect(hanging.seconds).toBeGreaterThan(59);
    expect(hanging.costs!.requests).toBe(hanging.sent);
  });

  it('that is dropped again and again fails the run, which says so', () => {
    expect(dropped).toMatchObject({ code: 1, sent: 5 });
    expect(dropped.costs).toMatchObject({
      status: 'failed',
      requests: 5,
      error:
        'Cost Explorer dropped the connection. Let this process reach ce.us-east-1.amazonaws.com:443 (network policy, proxy, VPC endpoint)',
    });
    expect(dropped.stdout).toContain('Cost Explorer dropped the connection');
  });
});

import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { SyncEstate } from './sync-estate.js';
import type { RunningSync } from './sync-process.js';
import { waitUntil } from '../../support/wait-until.js';

let estate: SyncEstate;
beforeAll(async () => {
  estate = await SyncEstate.start();
});
afterAll(() => estate?.stop());

async function stop(sync: RunningSync): Promise<{ code: number | null }> {
  sync.signal('SIGTERM');
  return sync.ended;
}

const paidRequests = () => estate.simulator.requestCounts.answered('GetCostAndUsage');

describe('the scheduler', () => {
  it('waits for a database that is away, then catches up, and ends well when it is told to', async () => {
    const port = await findFreePort();
    const databaseUrl = new URL(estate.variables.DATABASE_URL);
    const behindPort = new URL(databaseUrl);
    behindPort.host = `127.0.0.1:${port}`;
    const sync = estate.start([], { DATABASE_URL: behindPort.href });
    await sync.untilItSays(/the database does not answer: .*; next try in 2 s/);
    const relay = await startRelay(port, Number(databaseUrl.port));

    await sync.untilItSays(/catching up: cost-explorer was never read/);
    await sync.untilItSays(/next run at \d{4}-/);

    const runs = await estate.runs();
    expect(runs.map(({ source, trigger, status }) => [source, trigger, status])).toEqual([
      ['cost-explorer', 'startup', 'succeeded'],
      ['prometheus', 'startup', 'succeeded'],
      ['budgets', 'startup', 'succeeded'],
    ]);
    expect((await stop(sync)).code).toBe(0);
    relay.close();
  });

  it('asks nobody when it is started again and nothing is missing', async () => {
    const before = paidRequests();
    const sync = estate.start([]);
    await sync.untilItSays(/nothing to catch up with/);
    await sync.untilItSays(/next run at/);
    expect((await stop(sync)).code).toBe(0);
    expect(paidRequests()).toBe(before);
  });

  it('runs at every turn of SYNC_CRON', async () => {
    const sync = estate.start([], { SYNC_CRON: '*/2 * * * * *' });
    const finished = async () =>
      (await estate.runs()).filter(
        ({ source, trigger, status }) =>
          ['cost-explorer', 'prometheus'].includes(source) && trigger === 'schedule' && status !== 'running',
      );
    await waitUntil(async () => (await finished()).length >= 4);
    expect((await stop(sync)).code).toBe(0);
    expect((await finished()).slice(0, 4).map(({ source, status }) => [source, status])).toEqual([
      ['cost-explorer', 'succeeded'],
      ['prometheus', 'succeeded'],
      ['cost-explorer', 'succeeded'],
      ['prometheus', 'succeeded'],
    ]);
  });

  it('ends well in the middle of a run, which is then on record as stopped, and makes up for it at its next start', async () => {
    estate.prometheus.hang();
    const sync = estate.start([], { SYNC_CRON: '* * * * * *' });
    await waitUntil(async () => (await estate.runs()).at(-1)?.status === 'running');
    await waitUntil(async () => (await estate.runs()).at(-1)?.source === 'prometheus');
    const { code } = await stop(sync);
    estate.prometheus.recover();
    expect(code).toBe(0);
    expect((await estate.runs()).at(-1)).toMatchObject({ status: 'failed', error: 'stopped by SIGTERM' });

    const next = estate.start([]);
    await next.untilItSays(/catching up: the last run of prometheus failed/);
    await next.untilItSays(/next run at/);
    expect((await stop(next)).code).toBe(0);
    expect((await estate.runs()).every(({ status }) => status !== 'running')).toBe(true);
    expect((await estate.runs()).at(-1)).toMatchObject({ source: 'prometheus', status: 'succeeded' });
  });
});

/** Lets what comes in on a port through to another. */
async function startRelay(port: number, target: number): Promise<Server> {
  const relay = createServer((incoming) => {
    const outgoing = connect(target, '127.0.0.1');
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(port, '127.0.0.1', resolve));
  return relay;
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

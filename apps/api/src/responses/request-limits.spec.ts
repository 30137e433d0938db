import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { fastify, type FastifyInstance } from 'fastify';
import { KEPT_ROUTE } from './response-memory.js';
import { limitRequests } from './request-limits.js';

/** As many of one address are worked on at once. */
const PLACES = 32;
const PER_ENDPOINT = 3;

let server: FastifyInstance;
let begun: (() => void)[];
let clients: Socket[];
/** Responses. */
let sent: number;
let counts: { received: number; hungUp: number };

beforeEach(async () => {
  [begun, clients, sent] = [[], [], 0];
  // Connections of the server before may end while this test runs, and count there.
  const ofThisServer = { received: 0, hungUp: 0 };
  counts = ofThisServer;
  server = fastify();
  server.server.on('request', () => ofThisServer.received++);
  server.server.on('connection', (socket) => socket.once('close', () => ofThisServer.hungUp++));
  limitRequests(server, { isBusy: () => false, perEndpoint: PER_ENDPOINT });
  server.addHook('onResponse', async () => void sent++);
  // Each request waits until the test lets it end.
  server.get('/', async () => {
    await new Promise<void>((end) => begun.push(end));
    return 'response';
  });
  for (const path of ['/user_costs', '/user-costs', '/hub_costs']) {
    server.get(path, { config: KEPT_ROUTE }, async () => {
      await new Promise<void>((end) => begun.push(end));
      return 'response';
    });
  }
  server.get('/away', { config: KEPT_ROUTE }, async (_request, reply) => {
    await new Promise<void>((end) => begun.push(end));
    return reply.code(503).send();
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await server.close();
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** Sends so many requests, each on a connection of its own, and waits until the server has them. */
async function send(count: number, path = '/'): Promise<Socket[]> {
  const [before, expected] = [clients.length, counts.received + count];
  for (let number = 0; number < count; number++) {
    const client = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    client.resume().on('error', () => undefined);
    clients.push(client);
    await once(client, 'connect');
    client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  }
  await until(() => counts.received === expected);
  await turn();
  return clients.slice(before);
}

it('works on 32 requests of an address at once, and on the next when one ends', async () => {
  await send(PLACES + 1);
  expect(begun).toHaveLength(PLACES);
  begun[0]!();
  await until(() => begun.length > PLACES);
});

it('works on few requests for the figures of one endpoint, so that others get a place', async () => {
  await send(PER_ENDPOINT - 1, '/user_costs');
  await send(PLACES, '/user-costs');
  expect(begun).toHaveLength(PER_ENDPOINT);
  await send(PER_ENDPOINT, '/hub_costs');
  await send(1);
  expect(begun).toHaveLength(2 * PER_ENDPOINT + 1);
  begun[0]!();
  await until(() => begun.length > 2 * PER_ENDPOINT + 1);
});

it('lets all in at once when the database is away, so that each is told so', async () => {
  await send(PER_ENDPOINT + 5, '/away');
  expect(begun).toHaveLength(PER_ENDPOINT);
  begun[0]!();
  await until(() => begun.length === PER_ENDPOINT + 5);
  await send(5, '/user_costs');
  expect(begun).toHaveLength(PER_ENDPOINT + 10);
  // It is back: places are few again.
  for (const end of begun.slice(1)) end();
  await until(() => sent === PER_ENDPOINT + 10);
  await send(PLACES, '/user_costs');
  expect(begun).toHaveLength(PER_ENDPOINT + 10 + PER_ENDPOINT);
});

it('loses no turn to clients that hung up while they waited', async () => {
  await send(PLACES);
  await send(PLACES);
  for (const gone of await send(PLACES)) gone.destroy();
  await until(() => counts.hungUp === PLACES);
  await turn();
  for (const end of begun.slice(0, PLACES)) end();
  await until(() => begun.length === 2 * PLACES);
});

it('leaves no listener on a connection whose request has waited', async () => {
  await send(PLACES);
  let waited: Socket | undefined;
  server.server.once('request', ({ socket }) => (waited = socket));
  await send(1);
  const listeners = waited!.listenerCount('close');
  begun[0]!();
  await until(() => begun.length > PLACES);
  expect(waited!.listenerCount('close')).toBe(listeners - 1);
});

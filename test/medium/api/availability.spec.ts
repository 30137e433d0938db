import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEmptyTestDatabase, databaseOfFile, openClient, type TestDatabase } from '../../support/database.js';
import { fillEstate } from './estate.js';
import { RunningApi } from './running-api.js';

const DAYS = 'from=2025-03-01&to=2025-03-02';

let database: TestDatabase;

beforeAll(async () => {
  database = await databaseOfFile();
  await fillEstate(database.url);
});

async function withApi(databaseUrl: string, work: (api: RunningApi) => Promise<void>): Promise<void> {
  const api = await RunningApi.start(databaseUrl, 'alpha');
  try {
    await work(api);
  } finally {
    await api.stop();
  }
}

async function expectUnavailable(api: RunningApi, path: string, message: RegExp): Promise<void> {
  const begun = Date.now();
  const { status, json, headers } = await api.get(path);
  expect({ path, status, json }).toEqual({
    path,
    status: 503,
    json: { statusCode: 503, message: expect.stringMatching(message), error: 'Service Unavailable' },
  });
  expect(headers.get('retry-after')).toBe('5');
  // Far below the half minute that a statement may take, on a busy machine too.
  expect(Date.now() - begun).toBeLessThan(15_000);
}

describe('while the database is away', () => {
  it('the process lives, is not ready and says why, and answers questions with 503', async () => {
    await withApi('postgres://nobody:secret@127.0.0.1:1/nothing', async (api) => {
      expect((await api.get('/live')).status).toBe(200);
      const ready = await api.get('/ready');
      expect(ready.status).toBe(503);
      expect(ready.json.details.database).toMatchObject({ status: 'down', message: 'the database cannot be reached' });
      expect(ready.text).not.toMatch(/127\.0\.0\.1|secret|nobody/);
      expect((await api.get('/health')).status).toBe(503);
      await expectUnavailable(api, `/total_costs?${DAYS}`, /cannot be reached/);
      expect((await api.get('/component-names')).status).toBe(200);
      expect((await api.get('/metrics')).text).toContain('cost_monitoring_database_up 0');
    });
  });

  it('wrong credentials are told from a database that is not there', async () => {
    const url = new URL(database.url);
    url.pathname = '/no_such_database';
    await withApi(url.href, async (api) => expectUnavailable(api, '/hub_names', /does not exist/));
  });
});

describe('while the database is not migrated', () => {
  it('/ready names what is missing', async () => {
    const empty = await createEmptyTestDatabase();
    try {
      await withApi(empty.url, async (api) => {
        const ready = await api.get('/health/ready');
        expect(ready.status).toBe(503);
        expect(ready.json.details.database.status).toBe('up');
        expect(ready.json.details.schema.message).toMatch(
          /^the database is not migrated: Baseline1795824000000, .+ missing$/,
        );
        await expectUnavailable(api, '/total_costs', /not migrated/);
      });
    } finally {
      await empty.drop();
    }
  });
});

describe('while the database hangs', () => {
  let proxy: Proxy;

  beforeEach(async () => {
    proxy = await Proxy.start(database.url);
  });

  afterEach(() => proxy.stop());

  it('from the start, every request and check is given up in time', async () => {
    proxy.freeze();
    await withApi(proxy.url, async (api) => {
      expect((await api.get('/live')).status).toBe(200);
      await Promise.all([
        expectUnavailable(api, `/total_costs?${DAYS}`, /cannot be reached|took too long/),
        expectUnavailable(api, `/costs_per_user?${DAYS}`, /cannot be reached|took too long/),
        api.get('/ready').then(({ status }) => expect(status).toBe(503)),
      ]);
    });
  });

  it('after it answered, the same, and all is well soon after its return', async () => {
    await withApi(proxy.url, async (api) => {
      await Promise.all(Array.from({ length: 20 }, () => api.rows(`/total_costs?${DAYS}`)));
      proxy.freeze();
      await Promise.all(
        Array.from({ length: 20 }, () =>
          expectUnavailable(api, `/hub_names?${DAYS}`, /cannot be reached|took too long/),
        ),
      );
      proxy.thaw();
      await recovers(api);
    });
  });

  it('what is kept is not sent: it may be out of date', async () => {
    await withApi(proxy.url, async (api) => {
      await api.rows(`/total_costs?${DAYS}`);
      proxy.freeze();
      await sleep(1_100);
      await expectUnavailable(api, `/total_costs?${DAYS}`, /cannot be reached|took too long/);
    });
  });

  it('and when its connections break, the same', async () => {
    await withApi(proxy.url, async (api) => {
      await Promise.all(Array.from({ length: 20 }, () => api.rows(`/total_costs?${DAYS}`)));
      proxy.cut();
      await recovers(api);
    });
  });
});

describe('a long answer', () => {
  const ROWS = 150_000;

  beforeAll(async () => {
    const client = await openClient(database.url);
    await client.query(
      `INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest)
       VALUES ('long', '2025-03-01', 50000, false, 'amortized', 'x', 1, 0, '', '')`,
    );
    await client.query(
      `INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
       SELECT 'long', '2025-03-01', 'prod', 'user-' || n, 'compute', n / 10000.0, 0, '{none}' FROM generate_series(1, ${ROWS}) n`,
    );
    await client.end();
  });

  it('arrives whole, in order, as one JSON array', async () => {
    await withApi(database.url, async (api) => {
      const rows = await api.rows<{ value: number }>(`/costs_per_user?${DAYS}&cluster=long`);
      expect(rows).toHaveLength(ROWS);
      expect(rows.map(({ value }) => value)).toEqual(Array.from({ length: ROWS }, (_, n) => (ROWS - n) / 10_000));
    });
  });

  it('that nobody waits for any more gives its connection back', async () => {
    await withApi(database.url, async (api) => {
      for (let round = 0; round < 11; round++) {
        const reader = new AbortController();
        const response = await fetch(`${api.url}/costs_per_user?${DAYS}&cluster=long`, { signal: reader.signal });
        await response.body!.getReader().read();
        reader.abort();
      }
      expect(await api.rows(`/total_costs?${DAYS}`)).toHaveLength(4);
    });
  });

  it('breaks off, rather than ending early as if it were whole, when the database goes', async () => {
    const proxy = await Proxy.start(database.url);
    try {
      await withApi(proxy.url, async (api) => {
        const response = await fetch(`${api.url}/costs_per_user?${DAYS}&cluster=long`, {
          headers: { 'accept-encoding': 'identity' },
        });
        expect(response.status).toBe(200);
        proxy.cut();
        await expect(response.text()).rejects.toThrow('terminated');
        await recovers(api);
      });
    } finally {
      await proxy.stop();
    }
  });
});

async function recovers(api: RunningApi): Promise<void> {
  const deadline = Date.now() + 30_000;
  let status = 0;
  // A question that was never asked: an answer in memory says nothing of the database.
  for (let n = 0; status !== 200 && Date.now() < deadline; n++) {
    ({ status } = await api.get(`/costs_per_user?${DAYS}&user=nobody-${n}`));
  }
  expect(status).toBe(200);
}

/** Stands between the API and Postgres, and can stop forwarding (accepting connections all the same) or cut them off. */
class Proxy {
  readonly #sockets = new Set<Socket>();
  #frozen = false;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(databaseUrl: string): Promise<Proxy> {
    const target = new URL(databaseUrl);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String((server.address() as AddressInfo).port);
    const proxy = new Proxy(server, url.href);
    server.on('connection', (incoming) => proxy.#forward(incoming, target));
    return proxy;
  }

  freeze(): void {
    this.#frozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  thaw(): void {
    this.#frozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  #forward(incoming: Socket, target: URL): void {
    const outgoing = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      this.#sockets.add(one);
      one.on('data', (chunk) => other.write(chunk));
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      if (this.#frozen) one.pause();
    }
  }
}

import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { databaseOfFile, type TestDatabase } from '../../support/database.js';
import { fillEstate } from './estate.js';
import { RunningApi } from './running-api.js';

interface Operation {
  readonly summary: string;
  readonly security?: readonly object[];
  readonly parameters?: { readonly name: string; readonly in: string; readonly required: boolean; schema: unknown }[];
  readonly responses: Record<string, { content: Record<string, { schema: Parameters<typeof z.fromJSONSchema>[0] }> }>;
}

let database: TestDatabase;
let api: RunningApi;
let paths: Record<string, { get: Operation }>;

beforeAll(async () => {
  database = await databaseOfFile();
  await fillEstate(database.url);
  api = await RunningApi.start(database.url, 'alpha');
  paths = (await api.get('/openapi.json')).json.paths;
});

function schemaOf(path: string, status: string): z.ZodType {
  return z.fromJSONSchema(paths[path]!.get.responses[status]!.content['application/json']!.schema, {
    defaultTarget: 'openapi-3.0',
  });
}

describe('the OpenAPI document', () => {
  it('describes each path of the index once, with a summary, whatever else it is served under', async () => {
    const index = (await api.get('/index')).json.endpoints as { path: string; also: string[]; summary: string }[];
    for (const { path, also, summary } of index) {
      expect(paths[path]?.get.summary).toBe(summary);
      for (const other of also) expect(paths).not.toHaveProperty([other]);
    }
  });

  it('names the parameters of each question, none of them required', () => {
    const names = (path: string) => (paths[path]!.get.parameters ?? []).map(({ name }) => name).toSorted();
    const everyQuestion = ['bom', 'cluster', 'format', 'from', 'to'];
    const everyCost = [...everyQuestion, 'component', 'hub', 'precision', 'step'];
    expect(names('/total_costs')).toEqual(everyCost.toSorted());
    expect(names('/total_costs_per_hub')).toEqual([...everyCost, 'cost', 'shared'].toSorted());
    expect(names('/costs_per_user')).toEqual(
      [...everyCost, 'groups', 'limit', 'per', 'unallocated', 'user', 'usergroup'].toSorted(),
    );
    expect(names('/users_with_no_groups')).toEqual([...everyQuestion, 'hub_name', 'user_name'].toSorted());
    const all = Object.values(paths).flatMap(({ get }) => get.parameters ?? []);
    expect(all.filter(({ name, in: where, required }) => where === 'query' && required && name)).toEqual([]);
  });

  it('shows no lock where there are no tokens', () => {
    const { responses } = paths['/costs_per_user']!.get;
    expect(Object.keys(responses)).toEqual(['200', '400', '503']);
    expect(Object.keys(responses['200']!.content)).toEqual(['application/json', 'text/csv']);
    expect(Object.entries(paths).filter(([, { get }]) => get.security)).toEqual([]);
  });

  it('shows a lock where a token is needed, and only there', async () => {
    const token = { name: 'admin', sha256: 'a'.repeat(64), hubs: undefined, cluster: undefined, shared: true };
    const guarded = await RunningApi.start(database.url, 'alpha', { tokens: [token] });
    try {
      const locked = (await guarded.get('/openapi.json')).json.paths as typeof paths;
      for (const [path, { get }] of Object.entries(locked)) {
        if (path.includes('{')) continue;
        const { status } = await guarded.get(path);
        // After ten failures from one address, 429.
        const isLocked = status === 401 || status === 429;
        expect({ path, security: get.security }).toEqual({ path, security: isLocked ? [{ bearer: [] }] : undefined });
        expect(Object.keys(get.responses).includes('401')).toBe(isLocked);
      }
      expect(locked['/health']!.get.security).toBeDefined();
      expect(locked['/live']!.get.security).toBeUndefined();
    } finally {
      await guarded.stop();
    }
  });

  it('gives the words that groups may be', () => {
    const groups = paths['/costs_per_user']!.get.parameters!.find(({ name }) => name === 'groups');
    expect(groups!.schema).toMatchObject({ enum: ['full', 'split'], default: 'full' });
  });

  it.each([
    '/total_costs',
    '/total_costs_per_hub',
    '/total_costs_per_component',
    '/total_costs_per_group',
    '/costs_per_user',
    '/total_usage',
    '/user_groups',
    '/users_with_multiple_groups',
    '/users_with_no_groups',
    '/hub_names',
    '/component-names',
    '/index',
    '/live',
    '/ready',
    '/health',
  ])('holds for what %s answers', async (path) => {
    const answer = (await api.get(`${path}?from=2025-03-01&to=2025-03-02`)).json;
    const schema = schemaOf(path, '200');
    expect(schema.safeParse(answer).error).toBeUndefined();
    if (Array.isArray(answer)) {
      expect(answer.length).toBeGreaterThan(0);
      expect(schema.safeParse([...answer, 12.5, null]).success).toBe(false);
    }
  });

  it('holds for faults', async () => {
    const { json } = await api.get('/total_costs?from=x');
    expect(schemaOf('/total_costs', '400').safeParse(json).error).toBeUndefined();
  });
});

describe('/docs', () => {
  it('is a page that loads all it needs from the API itself', async () => {
    const page = await api.get('/docs');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const assets = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, asset]) => `/${asset}`);
    expect(assets).toHaveLength(3);
    for (const asset of assets) expect((await api.get(asset)).status).toBe(200);
    expect((await api.get('/docs/package.json')).status).toBe(404);
    expect((await api.get('/docs/..%2f..%2fpackage.json')).status).toBe(404);
  });
});

describe('behind a proxy, under a path', () => {
  /** Takes the path away, as ingresses do. */
  let proxy: Server;
  let prefix: string;
  beforeAll(async () => {
    proxy = createServer((request, response) => {
      const { url = '', method, headers } = request;
      if (!url.startsWith('/team/costs/')) return void response.writeHead(404).end();
      const onward = forward(api.url + url.slice('/team/costs'.length), { method, headers }, (reply) => {
        response.writeHead(reply.statusCode!, reply.headers);
        reply.pipe(response);
      });
      return void onward.end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    prefix = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/team/costs`;
  });
  afterAll(() => {
    proxy.close();
    proxy.closeAllConnections();
  });

  it('each path of the document is found from where the document is', async () => {
    const found = await fetch(`${prefix}/openapi.json`);
    const document = (await found.json()) as { servers: { url: string }[]; paths: object };
    expect(document.servers).toHaveLength(1);
    const server = new URL(document.servers[0]!.url, found.url).href.replace(/\/$/, '');
    expect(server).toBe(prefix);
    for (const path of Object.keys(document.paths).filter((path) => !path.includes('{'))) {
      const query = path.startsWith('/allocation') ? '?window=7d' : '';
      expect([path, (await fetch(server + path + query)).status]).toEqual([path, 200]);
    }
  });

  it.each(['/docs', '/docs/'])('%s loads what it needs', async (path) => {
    const page = await fetch(prefix + path);
    expect([page.status, page.url]).toEqual([200, `${prefix}/docs`]);
    const assets = [...(await page.text()).matchAll(/(?:href|src)="([^"]+)"/g)].map(([, asset]) => asset!);
    expect(assets).toHaveLength(3);
    for (const asset of [...assets, 'openapi.json']) {
      expect([asset, (await fetch(new URL(asset, page.url))).status]).toEqual([asset, 200]);
    }
  });
});

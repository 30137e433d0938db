import { z } from 'zod';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
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
  database = await createTestDatabase();
  await fillEstate(database.url);
  api = await RunningApi.start(database.url, 'alpha');
  paths = (await api.get('/openapi.json')).json.paths;
});

afterAll(async () => {
  await api.stop();
  await database.drop();
});

function schemaOf(path: string, status: string): z.ZodType {
  return z.fromJSONSchema(paths[path]!.get.responses[status]!.content['application/json']!.schema, {
    defaultTarget: 'openapi-3.0',
  });
}

describe('the OpenAPI document', () => {
  it('describes every path of the index, with a summary', async () => {
    const index = (await api.get('/index')).json.endpoints as { path: string; also: string[]; summary: string }[];
    for (const { path, also, summary } of index) {
      for (const each of [path, ...also]) expect(paths[each]?.get.summary).toBe(summary);
    }
  });

  it('names the parameters of each question, none of them required', () => {
    const names = (path: string) => (paths[path]!.get.parameters ?? []).map(({ name }) => name).toSorted();
    const everyQuestion = ['bom', 'cluster', 'format', 'from', 'to'];
    const everyCost = [...everyQuestion, 'component', 'hub', 'precision', 'step'];
    expect(names('/total_costs')).toEqual(everyCost.toSorted());
    expect(names('/total-costs-per-hub')).toEqual([...everyCost, 'shared'].toSorted());
    expect(names('/costs_per_user')).toEqual(
      [...everyCost, 'groups', 'limit', 'per', 'unallocated', 'user', 'usergroup'].toSorted(),
    );
    expect(names('/users_with_no_groups')).toEqual([...everyQuestion, 'hub_name', 'user_name'].toSorted());
    const all = Object.values(paths).flatMap(({ get }) => get.parameters ?? []);
    expect(all.filter(({ name, in: where, required }) => where === 'query' && required && name)).toEqual([]);
  });

  it('says that questions may ask for a bearer token, and what happens without', () => {
    const { security, responses } = paths['/costs_per_user']!.get;
    expect(security).toEqual([{ bearer: [] }, {}]);
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '429', '503']);
    expect(Object.keys(responses['200']!.content)).toEqual(['application/json', 'text/csv']);
    expect(paths['/live']!.get.security).toBeUndefined();
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

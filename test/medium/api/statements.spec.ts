import { createHash } from 'node:crypto';
import { databaseOfFile, execute, type TestDatabase } from '../../support/database.js';
import { parseCsv } from './csv-rows.js';
import { fillEstate } from './estate.js';
import { RunningApi } from './running-api.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const TOKENS = [
  { name: 'all', sha256: sha256('all'), hubs: undefined, cluster: undefined, shared: true },
  { name: 'prod', sha256: sha256('prod'), hubs: ['prod'], cluster: 'alpha', shared: true },
  { name: 'direct', sha256: sha256('direct'), hubs: ['prod'], cluster: 'alpha', shared: false },
];
const MONTH = '/statements/2025-03';

let database: TestDatabase;
let api: RunningApi;

beforeAll(async () => {
  database = await databaseOfFile();
  await fillEstate(database.url);
  api = await RunningApi.start(database.url, 'alpha', { tokens: TOKENS });
});

const get = (path: string, token = 'all') => api.get(path, { authorization: `Bearer ${token}` });

describe('GET /statements/{month}', () => {
  it('has the cluster’s cost by hub, component, group and user, and adds up to what AWS named', async () => {
    const { json } = await get(MONTH);
    expect(json.for).toBe('cluster alpha');
    expect(json.status).toBe(
      'The month is not closed: figures may change. Costs of 2 of its 31 days are stored. AWS may still change 1 of them.',
    );
    expect(json.hubs).toEqual([
      { hub: 'prod', direct_usd: 34.5049999999, shared_usd: 15, unallocated_usd: 7, total_usd: 56.5049999999 },
      { hub: 'staging', direct_usd: 10.00005, shared_usd: 5, unallocated_usd: 0, total_usd: 15.00005 },
      { hub: 'support', direct_usd: 0, shared_usd: 0, unallocated_usd: 2.4, total_usd: 2.4 },
    ]);
    expect(json.groups).toEqual([
      { usergroup: 'none', total_usd: 15 },
      { usergroup: 'research', total_usd: 40.5041666666 },
      { usergroup: 'teaching', total_usd: 9.0008333333 },
      { usergroup: 'unknown', total_usd: 0.00005 },
    ]);
    expect(json.users.map((row: { user: string; total_usd: number }) => [row.user, row.total_usd])).toEqual([
      ['alice', 31.5033333333],
      ['bob', 18.0016666666],
      ['alice', 0.00005],
      ['carol', 15],
    ]);
    expect(json.unallocated).toEqual([
      { reason: 'idle', hub: 'prod', component: 'compute', total_usd: 7 },
      { reason: 'not allocated', hub: 'support', component: 'core', total_usd: 2.4 },
    ]);
    expect(json.check.slice(-2)).toEqual([
      { what: 'Cluster cost that AWS named for the month', amount_usd: 73.9050499999 },
      { what: 'Difference', amount_usd: 0 },
    ]);
  });

  it('writes every digit', async () => {
    expect((await get(MONTH)).text).toContain('"amount_usd": 73.9050499999');
  });

  it('is of one hub, one user, one group', async () => {
    const total = async (query: string) => {
      const { json } = await get(`${MONTH}?${query}`);
      return [json.for, json.summary.at(-1).amount_usd];
    };
    expect(await total('hub=staging')).toEqual(['hub staging of cluster alpha', 15.00005]);
    expect(await total('user=alice')).toEqual(['user alice, cluster alpha', 31.5033833333]);
    expect(await total('user=alice&hub=prod')).toEqual(['user alice, hub prod of cluster alpha', 31.5033333333]);
    expect(await total('usergroup=teaching')).toEqual(['group teaching, cluster alpha', 9.0008333333]);
  });

  it('shows a hub token its hub, and shared cost where the token has it', async () => {
    const { json } = await get(MONTH, 'prod');
    expect([json.for, json.summary.at(-1).amount_usd]).toEqual(['hub prod of cluster alpha', 56.5049999999]);
    expect(JSON.stringify(json)).not.toContain('carol');
    expect((await get(MONTH, 'direct')).json.summary.at(-1).amount_usd).toBe(41.5049999999);
    for (const hub of ['staging', 'nowhere']) {
      const { status, json: fault } = await get(`${MONTH}?hub=${hub}`, 'prod');
      expect([status, fault.message]).toEqual([403, 'hub: is not yours']);
    }
    expect((await api.get(MONTH)).status).toBe(401);
  });

  it('is CSV that a spreadsheet reads: a row of each table, amounts bare', async () => {
    const { text, headers } = await get(`${MONTH}?format=csv`);
    expect(headers.get('content-disposition')).toBe('attachment; filename="statement-2025-03.csv"');
    const rows = parseCsv(text).filter(({ table }) => table === 'hubs');
    expect(rows.map(({ hub, total_usd }) => [hub, total_usd])).toEqual([
      ['prod', '56.5049999999'],
      ['staging', '15.00005'],
      ['support', '2.4'],
    ]);
  });

  it('of a month of which nothing is stored has no amounts; of a hub without cost in it, 0', async () => {
    const { json } = await get('/statements/2020-02');
    expect(json).toMatchObject({
      period: '2020-02-01 to 2020-02-29 (UTC days)',
      status: 'Nothing is stored of this month: what it cost is not known.',
    });
    expect(json.summary).toBeUndefined();
    const now = new Date().toISOString().slice(0, 7);
    expect((await get(`/statements/${now}`)).json.status).toContain('Nothing is stored');
  });

  it.each([
    ['/statements/2025-13', 'month: must be a month such as 2026-10'],
    ['/statements/0000-01', 'month: must be a month such as 2026-10'],
    ['/statements/2025-3', 'month: must be a month such as 2026-10'],
    ['/statements/9998-12', 'month: lies in the future'],
    ['/statements/latest', /^month: must be a month such as 2026-10$/],
    [`${MONTH}?format=doc`, 'format: must be json or pdf or xlsx or csv'],
    [`${MONTH}?version=0`, 'version: must be a whole number above 0'],
    [`${MONTH}?version=1`, 'version: 2025-03 has no version 1: it is not closed'],
    [`${MONTH}?hub=prdo`, 'hub: is not known: no cost was ever stored of it'],
    [`${MONTH}?user=%00`, 'user: is nobody’s name'],
    [`${MONTH}?component=core`, 'component: is no parameter of this endpoint'],
    [`${MONTH}?cluster=x%00`, 'cluster: is not known'],
  ])('refuses %s', async (path, message) => {
    const { status, json } = await get(path);
    expect([status, json.message]).toEqual([400, expect.stringMatching(message)]);
  });

  it('of a person says of how many days nobody knows who bears the cost', async () => {
    for (const table of ['user_costs', 'day_costs']) {
      await execute(database.url, `UPDATE ${table} SET reason = 'usage not read' WHERE reason = 'idle'`);
    }
    expect((await get(`${MONTH}?user=bob`)).json.status).toContain('Usage of 1 of its days was not read');
  });
});

import { createHash } from 'node:crypto';
import { apiOnEstate } from './api-on-estate.js';
import { parseCsv, sumOf } from './csv-rows.js';
import { RunningApi } from './running-api.js';

const api = apiOnEstate();
const RANGE = 'from=2025-03-01&to=2025-03-02';

async function charges(query = RANGE) {
  const { status, text } = await api.get(`/focus?${query}`);
  expect(status).toBe(200);
  return parseCsv(text);
}

describe('/focus', () => {
  it('adds up to the attributable cost of each day, to the last digit', async () => {
    const rows = await charges();
    for (const date of ['2025-03-01', '2025-03-02']) {
      const [total] = (await api.rows(`/total_costs?from=${date}&to=${date}&precision=exact`)).filter(
        ({ name }) => name === 'attributable',
      );
      const own = rows.filter((row) => row['ChargePeriodStart'] === `${date}T00:00:00Z`);
      expect(sumOf(own, 'x_Cost')).toBe(total!['cost']);
      expect(sumOf(own, 'EffectiveCost')).toBe(total!['cost']);
    }
    expect(rows.every((row) => row['BilledCost'] === '')).toBe(true);
  });

  it('adds up to each charge of AWS, and to what each user bears', async () => {
    const rows = await charges('from=2025-03-01&to=2025-03-01');
    const of = (tag: string, service: string, component: string) =>
      sumOf(
        rows.filter(
          (row) => row['x_TaggedHub'] === tag && row['ServiceName'] === service && row['x_Component'] === component,
        ),
        'x_Cost',
      );
    const compute = 'Amazon Elastic Compute Cloud - Compute';
    expect(of('prod', compute, 'compute')).toBe('25.0049999999');
    expect(of('prod', 'EC2 - Other', 'compute')).toBe('5.0000000000');
    expect(of('prod', 'EC2 - Other', 'home storage')).toBe('4.5000000000');
    expect(of('support', compute, 'compute')).toBe('20.0000000000');
    const borne = (user: string, origin: string) =>
      sumOf(
        rows.filter((row) => row['x_User'] === user && row['x_CostOrigin'] === origin),
        'x_Cost',
      );
    expect(borne('alice', 'direct')).toBe('21.5033333333');
    expect(borne('bob', 'direct')).toBe('13.0016666666');
    expect(borne('alice', 'shared')).toBe('10.0000000000');
  });

  it('writes a charge and its allocation in columns and tags', async () => {
    const rows = await charges('from=2025-03-01&to=2025-03-01');
    const shared = rows.filter((row) => row['x_User'] === 'bob' && row['x_CostOrigin'] === 'shared');
    expect(shared).toEqual([
      expect.objectContaining({
        BillingPeriodStart: '2025-03-01T00:00:00Z',
        BillingPeriodEnd: '2025-04-01T00:00:00Z',
        ChargePeriodEnd: '2025-03-02T00:00:00Z',
        ServiceCategory: 'Compute',
        EffectiveCost: '5',
        ListCost: '',
        x_Hub: 'prod',
        x_TaggedHub: 'support',
        x_UserGroups: '["research","teaching"]',
        x_CostBasis: 'amortized',
      }),
    ]);
    expect(JSON.parse(shared[0]!['Tags']!)).toEqual({
      hub: 'support',
      component: 'compute',
      user_hub: 'prod',
      user: 'bob',
      usergroups: 'research,teaching',
    });
    const [core] = rows.filter((row) => row['x_Component'] === 'core');
    expect(core).toMatchObject({ x_User: '', x_UnallocatedReason: 'not allocated', x_Cost: '2.4' });
  });

  it('shows who may see one hub what its users bear of direct and shared charges, or of direct ones alone', async () => {
    const token = (name: string, shared: boolean) => {
      const digest = createHash('sha256').update(name).digest('hex');
      return { name, sha256: digest, hubs: ['prod'], cluster: 'alpha', shared };
    };
    const tokens = [token('prod', true), token('direct', false)];
    const guarded = await RunningApi.start(api.databaseUrl, 'alpha', { tokens });
    try {
      const seen = async (name: string) => {
        const { text } = await guarded.get(`/focus?${RANGE}`, { authorization: `Bearer ${name}` });
        expect(text).not.toMatch(/staging|carol/);
        return sumOf(parseCsv(text), 'x_Cost');
      };
      expect([await seen('prod'), await seen('direct')]).toEqual(['56.5049999999', '41.5049999999']);
      expect((await guarded.get(`/focus?${RANGE}`)).status).toBe(401);
    } finally {
      await guarded.stop();
    }
  });

  it('of a version has the rows of closed months alone', async () => {
    expect(await charges(`${RANGE}&version=1`)).toEqual([]);
  });

  it.each([
    ['format=json', 'format: '],
    ['version=0', 'version: '],
    ['version=1.5', 'version: '],
    ['hub=prod', 'hub: is no parameter'],
  ])('refuses %s', async (query, message) => {
    const { status, json } = await api.get(`/focus?${RANGE}&${query}`);
    expect([status, json.message]).toEqual([400, expect.stringContaining(message)]);
  });
});

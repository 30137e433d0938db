import { apiOnEstate } from './api-on-estate.js';

const DAY = 'from=2025-03-01&to=2025-03-01&precision=exact';

const api = apiOnEstate();

/** Of a line of CSV, which has each amount as Postgres wrote it, in whole 1e-10 USD. */
function tenBillionths(amount: string): bigint {
  const [whole = '', decimals = ''] = amount.replaceAll('"', '').split('.');
  return BigInt(whole + decimals.padEnd(10, '0'));
}

/** The sum of a column over the rows of a question. */
async function sumOf(path: string, column: string): Promise<bigint> {
  const [header = '', ...lines] = (await api.get(`${path}&format=csv`)).text.trimEnd().split('\r\n');
  const place = header.split(',').indexOf(column);
  return lines.reduce((sum, line) => sum + tenBillionths(line.split(',')[place]!), 0n);
}

describe('exact amounts', () => {
  it('have every digit that is kept', async () => {
    expect(await api.rows(`/total_costs_per_hub?${DAY}`)).toEqual([
      { date: '2025-03-01', cost: '34.5049999999', name: 'prod' },
      { date: '2025-03-01', cost: '10.0000000000', name: 'staging' },
      { date: '2025-03-01', cost: '22.4000000000', name: 'support' },
    ]);
    expect((await api.rows(`/costs_per_user?${DAY}&user=bob&component=compute&groups=split`))[0]).toMatchObject({
      value: 7.5008333333,
    });
    expect((await api.rows(`/total_costs?${DAY}`))[0]).toMatchObject({ cost: '100.0050000000' });
  });

  it('add up: hubs, hubs by usage, and components to the attributable total of 66.9049999999', async () => {
    const attributable = 669_049_999_999n;
    expect((await api.rows(`/total_costs?${DAY}`))[1]).toMatchObject({ cost: '66.9049999999' });
    expect(await sumOf(`/total_costs_per_hub?${DAY}`, 'cost')).toBe(attributable);
    expect(await sumOf(`/total_costs_per_hub?${DAY}&shared=usage`, 'cost')).toBe(attributable);
    expect(await sumOf(`/total_costs_per_component?${DAY}`, 'cost')).toBe(attributable);
  });

  it('add up: users and groups, each split, to all but the core of 2.4 that nobody bears', async () => {
    const users = 645_049_999_999n;
    expect(await sumOf(`/costs_per_user?${DAY}&groups=split`, 'value')).toBe(users);
    expect(await sumOf(`/total_costs_per_group?${DAY}&groups=split`, 'cost')).toBe(users);
  });

  it('are asked for by one word: another is a 400 that names the parameter', async () => {
    const { status, json } = await api.get('/total_costs?precision=all');
    expect([status, json.message]).toEqual([400, 'precision: must be rounded or exact']);
  });
});

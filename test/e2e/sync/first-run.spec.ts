import { addDays, countDays, eachDay, firstOfMonth } from '#libs/domain';
import { expectedDay } from './expected-costs.js';
import { SyncEstate } from './sync-estate.js';

jest.setTimeout(300_000);

let estate: SyncEstate;
beforeAll(async () => {
  estate = await SyncEstate.start();
});
afterAll(() => estate?.stop());

/** `12.3456789012` as a whole number of 1e-10 USD. */
const exact = (decimal: string) => BigInt(decimal.replace('.', ''));

describe('the first run on an empty database', () => {
  it('migrates, fills it and says what it did', async () => {
    const { code, stdout } = await estate.run(['--once']);
    const days = countDays({ from: firstOfMonth(estate.today, -13), until: addDays(estate.today, 1) });
    expect(stdout).toMatch(new RegExp(`Costs \\(Cost Explorer\\): succeeded, .* \\(${days} days\\)`));
    expect(stdout).toMatch(/\d+ requests for 0\.\d\d USD; 0 restatements; \d+\.\d s/);
    expect(stdout).toMatch(/Usage \(Prometheus\): succeeded/);
    expect(code).toBe(0);
  });

  it('has stored for each of 13 months of days what the bill comes to, line by line', async () => {
    const { clusterName } = estate.simulator.estate.options;
    const accounts = await estate.query<{ day: string; amount_usd: string }>(
      `SELECT day::text, amount_usd FROM account_costs ORDER BY day`,
    );
    const parts = await estate.query<{ day: string; part: string; amount_usd: string }>(
      `SELECT day::text, concat_ws(' | ', hub, service, component) AS part, amount_usd FROM attributed_costs`,
    );
    const days = eachDay({ from: firstOfMonth(estate.today, -13), until: addDays(estate.today, 1) });
    expect(accounts.map(({ day }) => day)).toEqual(days);
    for (const { day, amount_usd } of accounts) {
      const expected = expectedDay(estate.simulator.estate.lineItemsOn(day), clusterName);
      expect(exact(amount_usd)).toBe(expected.account);
      const stored = parts.filter((row) => row.day === day).map((row) => [row.part, exact(row.amount_usd)] as const);
      expect(new Map(stored.sort())).toEqual(new Map([...expected.parts].sort()));
    }
  });
});

import { execute } from '../../support/database.js';
import { CLUSTER, openStoredCluster, type StoredCluster } from '../database/stored-cluster.js';
import { fillCosts, runBudgets } from './budget-estate.js';

const BUDGETS = `
budgets:
  - { name: biology, group: bio, per: month, amount: 1000 }
  - { name: borne, hub: prod, basis: allocated, per: month, amount: 2000 }
  - { name: tagged, hub: prod, per: month, amount: 2000 }
  - { name: ada, hub: prod, user: ada, per: month, amount: 1000 }
`;

let stored: StoredCluster;

beforeEach(async () => {
  stored = await openStoredCluster();
  await fillCosts(stored.url);
});

afterEach(() => stored.end());

/** Days of November without usage: nobody bears their cost, and no hub has its part of what is shared. */
const loseUsage = (days: string) =>
  execute(
    stored.url,
    `UPDATE usage_days SET status = 'missing', coverage = 0, detail = 'no samples' WHERE day = ANY ('${days}');
     DELETE FROM user_costs WHERE day = ANY ('${days}') AND hub = 'prod';
     DELETE FROM day_costs WHERE day = ANY ('${days}') AND hub = 'prod'`,
  );
const figures = async () => {
  await runBudgets(stored, { budgets: BUDGETS });
  const rows = await stored.query<{ name: string }>(
    `SELECT name, spent_usd::float AS spent, missing_days AS missing, forecast_usd::float AS forecast,
       forecast_reason AS reason, run_out_on AS "runOut"
     FROM budgets WHERE period_from = '2026-11-01'`,
  );
  return Object.fromEntries(rows.map(({ name, ...row }) => [name, row]));
};
const groupForecast = () =>
  stored.query(
    `SELECT spent_usd::float AS spent, forecast_usd::float AS forecast, reason FROM forecasts WHERE name = 'bio'`,
  );

// bio costs 55 USD a day, prod 70, of 30 days; the settled days are ten. 1000 USD of 55 last 19 days, 2000 of 70 last 29.
it.each([
  ['{2026-11-05}', 1],
  ['{2026-11-09,2026-11-10}', 2],
  ['{2026-11-01,2026-11-02,2026-11-03,2026-11-06,2026-11-08}', 5],
  ['{2026-10-20}', 0],
])('%s without usage count as the days around them', async (days, missing) => {
  await loseUsage(days);
  expect(await figures()).toEqual({
    biology: { spent: 550 - 55 * missing, missing, forecast: 1650, reason: null, runOut: '2026-11-19' },
    borne: { spent: 700 - 70 * missing, missing, forecast: 2100, reason: null, runOut: '2026-11-29' },
    tagged: { spent: 700, missing: 0, forecast: 2100, reason: null, runOut: '2026-11-29' },
    ada: { spent: 400 - 40 * missing, missing, forecast: null, reason: 'a user has no forecast', runOut: null },
  });
  expect(await groupForecast()).toEqual([{ spent: 550 - 55 * missing, forecast: 1650, reason: null }]);
});

it.each([
  [
    '{2026-11-01,2026-11-02,2026-11-03,2026-11-04,2026-11-05,2026-11-06,2026-11-07,2026-11-08}',
    'usage of 8 of the days of the period was not read',
  ],
  [
    '{2026-11-05,2026-11-06,2026-11-07,2026-11-08,2026-11-09,2026-11-10}',
    'the newest settled day whose usage was read is 8 days old',
  ],
])('%s without usage are too many to say', async (days, reason) => {
  await loseUsage(days);
  const { biology, borne, tagged } = await figures();
  expect([biology, borne]).toMatchObject([
    { forecast: null, reason },
    { forecast: null, reason },
  ]);
  expect(tagged).toMatchObject({ forecast: 2100 });
  expect(await groupForecast()).toMatchObject([{ forecast: null, reason }]);
});

it('a hub whose groups or homes were not read counts for what is of that hub alone', async () => {
  await execute(
    stored.url,
    `INSERT INTO usage_days (cluster, day, dataset, hub, status, coverage, detail, read_at, method, digest, run_id) VALUES
       ('${CLUSTER}', '2026-11-03', 'memberships', 'prod', 'missing', 0, 'no samples', now(), '', '', 0),
       ('${CLUSTER}', '2026-11-03', 'memberships', 'staging', 'final', 1, NULL, now(), '', '', 0),
       ('${CLUSTER}', '2026-11-04', 'memberships', 'staging', 'missing', 0, 'no samples', now(), '', '', 0),
       ('${CLUSTER}', '2026-11-04', 'memberships', 'prod', 'final', 1, NULL, now(), '', '', 0),
       ('${CLUSTER}', '2026-11-05', 'home storage', 'prod', 'missing', 0, 'no samples', now(), '', '', 0),
       ('${CLUSTER}', '2026-11-06', 'home storage', 'staging', 'missing', 0, 'no samples', now(), '', '', 0)`,
  );
  const { biology, borne, ada, tagged } = await figures();
  expect([biology, borne, ada, tagged].map((one) => (one as { missing?: number })?.missing)).toEqual([2, 1, 1, 0]);
});

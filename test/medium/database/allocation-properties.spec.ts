import { addDays, parseUsd, type AllocationPolicy, type AttributedCost, type Day, type UserUsage } from '#libs/domain';
import fc from 'fast-check';
import { allocateByReference } from './reference-allocation.js';
import { BASIS, CLUSTER, DIVIDED_BY, openStoredCluster, settled, type StoredCluster } from './stored-cluster.js';

const hub = fc.constantFrom('prod', 'staging', 'binder', 'support', "o'brien", 'Ünï');
const component = fc.constantFrom('compute', 'home storage', 'core', 'networking');
const username = fc.constantFrom('ana', 'Bob', 'bob', 'cyd@x.org', 'zoé', "d'or", '東京', '7', 'a-b', 'shared');

/** Up to a thousand dollars either way, to the tenth digit, with the smallest amounts often. */
const amountUsd = fc.oneof(fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }), fc.bigInt({ min: -20n, max: 20n }));

const costs: fc.Arbitrary<AttributedCost[]> = fc.uniqueArray(
  fc.record({ hub, component, service: fc.constantFrom('a', 'b'), amountUsd }),
  { maxLength: 12, selector: (cost) => `${cost.hub}/${cost.component}/${cost.service}` },
);

const usages = (quantity: fc.Arbitrary<bigint>): fc.Arbitrary<UserUsage[]> =>
  fc.uniqueArray(
    fc.record({
      hub,
      username,
      measure: fc.constantFrom('memory_requested', 'home_stored'),
      instanceType: fc.constant(''),
      quantity: quantity.map((units) => units * 1000n),
    }),
    { maxLength: 15, selector: (usage) => `${usage.hub}/${usage.username}/${usage.measure}` },
  );

const policy: fc.Arbitrary<AllocationPolicy> = fc.record({
  allocation: fc.constantFrom('hub' as const, 'cluster' as const),
  excludedHubs: fc.subarray(['binder', 'staging']),
  dividedBy: fc.constant(DIVIDED_BY),
});

/** Small enough for the exact quotient to lie well away from a tie of Postgres's own 16 digits, unless it is one. */
const FEW_BYTE_SECONDS = fc.bigInt({ min: 1n, max: 20_000n });
/** 16 TiB over a whole day. */
const MANY_BYTE_SECONDS = fc.bigInt({ min: 1n, max: 2n ** 44n * 86_400n });

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60);
const TIMEOUT_MS = 10_000 + RUNS * 200;

describe('the allocation of any day', () => {
  let stored: StoredCluster;
  let day: Day = '2020-01-01';

  beforeAll(async () => {
    stored = await openStoredCluster();
  });

  afterAll(() => stored.end());

  async function allocate(
    attributed: AttributedCost[],
    rows: UserUsage[],
    by: AllocationPolicy,
  ): Promise<{ hub: string; username: string | null; component: string; direct: string; shared: string }[]> {
    day = addDays(day, 1);
    await stored.session.replaceUsageDay(
      stored.run,
      [
        ...['memory_requested', 'home_stored'].map((measure) => ({
          day,
          dataset: DIVIDED_BY.find(({ name }) => name === measure)!.dataset,
          hub: '',
          coverage: 1,
          measures: [measure],
          rows: rows.filter((row) => row.measure === measure),
        })),
        { day, dataset: 'memberships', hub: '', coverage: 1, measures: [], rows: [] },
      ],
      settled(day),
      by,
    );
    await stored.session.replaceCostDay(stored.run, { day, accountUsd: 0n, attributed, estimated: false }, BASIS, by);
    return stored.query(
      `SELECT hub, username, component, sum(direct_usd) AS direct, sum(shared_usd) AS shared
         FROM user_costs WHERE cluster = $1 AND day = $2 GROUP BY hub, username, component
         HAVING sum(direct_usd) <> 0 OR sum(shared_usd) <> 0`,
      [CLUSTER, day],
    );
  }

  it(
    'equals the reference to the last digit',
    async () => {
      await fc.assert(
        fc.asyncProperty(costs, usages(FEW_BYTE_SECONDS), policy, async (attributed, rows, by) => {
          const allocated = new Map(
            (await allocate(attributed, rows, by)).map((row) => [
              `${row.hub}/${row.username ?? '-'}/${row.component}`,
              { directUsd: parseUsd(row.direct), sharedUsd: parseUsd(row.shared) },
            ]),
          );
          expect(allocated).toEqual(allocateByReference(attributed, rows, by));
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'adds up to the attributed cost, whatever the amounts and however large the usage',
    async () => {
      await fc.assert(
        fc.asyncProperty(costs, usages(MANY_BYTE_SECONDS), policy, async (attributed, rows, by) => {
          await allocate(attributed, rows, by);
          const unequal = await stored.query(
            `SELECT * FROM (
             SELECT component, sum(amount_usd) AS attributed FROM attributed_costs
             WHERE cluster = $1 AND day = $2 GROUP BY component
           ) cost FULL JOIN (
             SELECT component, sum(direct_usd + shared_usd) AS allocated FROM user_costs
             WHERE cluster = $1 AND day = $2 GROUP BY component
           ) part USING (component)
           WHERE coalesce(attributed, 0) <> coalesce(allocated, 0)`,
            [CLUSTER, day],
          );
          expect(unequal).toEqual([]);
          if (by.allocation === 'hub') {
            const unequalHubs = await stored.query(
              `SELECT * FROM (
               SELECT hub, component, sum(amount_usd) AS attributed FROM attributed_costs
               WHERE cluster = $1 AND day = $2 AND hub <> 'support' GROUP BY hub, component
             ) cost FULL JOIN (
               SELECT hub, component, sum(direct_usd) AS direct FROM user_costs
               WHERE cluster = $1 AND day = $2 GROUP BY hub, component
             ) part USING (hub, component)
             WHERE coalesce(attributed, 0) <> coalesce(direct, 0)`,
              [CLUSTER, day],
            );
            expect(unequalHubs).toEqual([]);
          }
          const named = await stored.query(
            `SELECT * FROM user_costs WHERE cluster = $1 AND day = $2 AND username IS NOT NULL AND hub = ANY ($3)`,
            [CLUSTER, day, by.excludedHubs],
          );
          expect(named).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

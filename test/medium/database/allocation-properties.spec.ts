import {
  addDays,
  parseUsd,
  type AllocationPolicy,
  type AttributedCost,
  type ComponentPolicies,
  type Day,
  type DividingMeasure,
  type NodeCapacity,
  type UserUsage,
} from '#libs/domain';
import fc from 'fast-check';
import { CHARGES } from '../../../libs/database/src/queries/charges.js';
import { allocateByReference, type ReferenceDay } from './reference-allocation.js';
import { BASIS, CLUSTER, openStoredCluster, settled, type StoredCluster } from './stored-cluster.js';

const DIVIDED_BY: readonly DividingMeasure[] = [
  { component: 'compute', name: 'node_share', dataset: 'compute', byInstanceType: true },
  { component: 'compute', name: 'memory_requested', dataset: 'compute' },
  { component: 'home storage', name: 'home_stored', dataset: 'home storage' },
];

const hub = fc.constantFrom('prod', 'staging', 'binder', 'support', "o'brien", 'Ünï');
const component = fc.constantFrom('compute', 'home storage', 'core', 'networking', 'backup');
const username = fc.constantFrom('ana', 'Bob', 'bob', 'cyd@x.org', 'zoé', "d'or", '東京', '7', 'a-b', 'shared');
const instanceType = fc.constantFrom('r5.xlarge', 'g4dn.xlarge', 'm5.large');

/** Up to a thousand dollars either way, to the tenth digit, with the smallest amounts often. */
const amountUsd = fc.oneof(fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }), fc.bigInt({ min: -20n, max: 20n }));

const costs: fc.Arbitrary<AttributedCost[]> = fc.uniqueArray(
  fc
    .record({
      hub,
      component,
      service: fc.constantFrom('a', 'b'),
      amountUsd,
      instanceType: fc.oneof(fc.constant(''), instanceType),
    })
    .map((cost) => (cost.component === 'compute' ? cost : { ...cost, instanceType: '' })),
  {
    maxLength: 16,
    selector: (cost) => `${cost.hub}/${cost.component}/${cost.service}/${cost.instanceType}`,
  },
);

const usages = (quantity: fc.Arbitrary<bigint>): fc.Arbitrary<UserUsage[]> =>
  fc.uniqueArray(
    fc
      .record({
        hub,
        username,
        measure: fc.constantFrom('node_share', 'memory_requested', 'home_stored'),
        instanceType,
        quantity: quantity.map((units) => units * 1000n),
      })
      .map((usage) => (usage.measure === 'node_share' ? usage : { ...usage, instanceType: '' })),
    {
      maxLength: 25,
      selector: (usage) => `${usage.hub}/${usage.username}/${usage.measure}/${usage.instanceType}`,
    },
  );

const capacities = (quantity: fc.Arbitrary<bigint>): fc.Arbitrary<NodeCapacity[]> =>
  fc.uniqueArray(fc.record({ instanceType, nodeSeconds: quantity.map((units) => units * 4000n) }), {
    maxLength: 3,
    selector: (capacity) => capacity.instanceType,
  });

/** Each component by what comes before it in the list, so that there is no cycle. */
const policies: fc.Arbitrary<ComponentPolicies> = fc
  .tuple(...['compute', 'home storage', 'core', 'networking', 'backup'].map((_, index) => policyOf(index)))
  .map((chosen) => {
    const named = chosen.flatMap((policy, index) => (policy ? [[COMPONENTS[index]!, policy] as const] : []));
    return Object.fromEntries(named);
  });
const COMPONENTS = ['compute', 'home storage', 'core', 'networking', 'backup'];

function policyOf(index: number): fc.Arbitrary<ComponentPolicies[string] | undefined> {
  const plain = fc.constantFrom(undefined, 'even' as const, 'none' as const, ...(index < 2 ? ['usage' as const] : []));
  if (index === 0) return fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, plain);
  const proportional = fc
    .subarray(['compute', 'home storage', 'core', 'networking'].slice(0, index), { minLength: 1 })
    .map((bases) => ({ proportional: bases }));
  return fc.oneof(plain, proportional);
}

const policy: fc.Arbitrary<AllocationPolicy> = fc.record({
  allocation: fc.constantFrom('hub' as const, 'cluster' as const),
  excludedHubs: fc.subarray(['binder', 'staging']),
  dividedBy: fc.constantFrom(DIVIDED_BY, DIVIDED_BY.slice(1)),
  idle: fc.constantFrom('shared' as const, 'separate' as const),
  policies,
});

/** Small enough for the exact quotient to lie well away from a tie of Postgres's own 16 digits, unless it is one. */
const FEW_BYTE_SECONDS = fc.bigInt({ min: 1n, max: 20_000n });
/** 16 TiB over a whole day. */
const MANY_BYTE_SECONDS = fc.bigInt({ min: 1n, max: 2n ** 44n * 86_400n });

const dayWith = (quantity: fc.Arbitrary<bigint>): fc.Arbitrary<Required<ReferenceDay>> =>
  fc
    .record({ costs, usages: usages(quantity), capacity: capacities(quantity), hasNodes: fc.boolean() })
    .map(({ hasNodes, ...day }) => ({
      ...day,
      usages: hasNodes ? day.usages : day.usages.filter(({ measure }) => measure !== 'node_share'),
      capacity: hasNodes ? day.capacity : [],
      read: ['memory_requested', 'home_stored', ...(hasNodes ? ['node_share'] : [])],
    }));

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60);
const TIMEOUT_MS = 10_000 + RUNS * 200;

describe('the allocation of any day', () => {
  let stored: StoredCluster;
  let day: Day = '2020-01-01';

  beforeAll(async () => {
    stored = await openStoredCluster();
  });

  afterAll(() => stored.end());

  async function store(
    { costs: attributed, usages: rows, capacity, read }: Required<ReferenceDay>,
    by: AllocationPolicy,
  ) {
    day = addDays(day, 1);
    const reading = (dataset: string, measures: string[]) => ({
      day,
      dataset,
      hub: '',
      coverage: 1,
      measures,
      rows: rows.filter(({ measure }) => measures.includes(measure)),
      ...(dataset === 'compute' && { capacity }),
    });
    await stored.session.replaceUsageDay(
      stored.run,
      [
        reading(
          'compute',
          ['node_share', 'memory_requested'].filter((measure) => read.includes(measure)),
        ),
        reading('home storage', ['home_stored']),
        reading('memberships', []),
      ],
      settled(day),
      by,
    );
    await stored.session.replaceCostDay(stored.run, { day, accountUsd: 0n, attributed, estimated: false }, BASIS, by);
  }

  async function userCosts(): Promise<ReturnType<typeof allocateByReference>> {
    const rows = await stored.query<Record<string, string>>(
      `SELECT concat_ws('/', hub, coalesce(username, '-'), component, instance_type, coalesce(reason, '')) AS key,
         direct_usd, shared_usd, idle_usd, direct_idle_usd
       FROM user_costs WHERE cluster = $1 AND day = $2`,
      [CLUSTER, day],
    );
    return new Map(
      rows.map((row) => [
        row['key']!,
        {
          directUsd: parseUsd(row['direct_usd']!),
          sharedUsd: parseUsd(row['shared_usd']!),
          idleUsd: parseUsd(row['idle_usd']!),
          directIdleUsd: parseUsd(row['direct_idle_usd']!),
        },
      ]),
    );
  }

  it(
    'equals the reference to the last digit',
    async () => {
      await fc.assert(
        fc.asyncProperty(dayWith(FEW_BYTE_SECONDS), policy, async (figures, by) => {
          await store(figures, by);
          expect(await userCosts()).toEqual(allocateByReference(figures, by));
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'adds up to the attributed cost, whatever the amounts, the policies and however large the usage',
    async () => {
      await fc.assert(
        fc.asyncProperty(dayWith(MANY_BYTE_SECONDS), policy, async (figures, by) => {
          await store(figures, by);
          // As it is shown, with idle capacity with the users, and beside them; from the rollup too.
          for (const [view, amount] of [
            ['daily_user_costs', 'amount_usd'],
            ['daily_user_costs', 'direct_usd + shared_usd'],
            ['daily_user_costs', 'CASE WHEN shares_idle THEN amount_usd - idle_usd ELSE amount_usd + idle_usd END'],
            ['daily_allocated_costs', 'amount_usd'],
            [
              'daily_allocated_costs',
              'CASE WHEN shares_idle THEN amount_usd - idle_usd ELSE amount_usd + idle_usd END',
            ],
          ]) {
            const unequal = await stored.query(
              `SELECT * FROM (
               SELECT component, sum(amount_usd) AS attributed FROM attributed_costs
               WHERE cluster = $1 AND day = $2 GROUP BY component
             ) cost FULL JOIN (
               SELECT component, sum(${amount}) AS allocated FROM reporting.${view}
               WHERE cluster = $1 AND day = $2 GROUP BY component
             ) part USING (component)
             WHERE coalesce(attributed, 0) <> coalesce(allocated, 0)`,
              [CLUSTER, day],
            );
            expect(unequal).toEqual([]);
          }
          if (by.allocation === 'hub') {
            const unequalHubs = await stored.query(
              `SELECT * FROM (
               SELECT hub, component, sum(amount_usd) AS attributed FROM attributed_costs
               WHERE cluster = $1 AND day = $2 AND hub <> 'support' GROUP BY hub, component
             ) cost FULL JOIN (
               SELECT hub, component, sum(direct_usd) AS direct FROM reporting.daily_user_costs
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

  it(
    'gives each charge of AWS and each user their parts of it, which add up in both directions',
    async () => {
      const unequal = (keys: string, theirs: string) =>
        stored.query(
          `WITH charges AS (${CHARGES})
           SELECT * FROM (SELECT ${keys}, sum(amount_usd) AS usd FROM charges GROUP BY ${keys}) charge
           FULL JOIN (${theirs}) whole USING (${keys})
           WHERE coalesce(charge.usd, 0) <> coalesce(whole.usd, 0)`,
          [CLUSTER, day, addDays(day, 1)],
        );
      await fc.assert(
        fc.asyncProperty(dayWith(MANY_BYTE_SECONDS), policy, async (figures, by) => {
          await store(figures, by);
          expect(
            await unequal(
              'tagged_hub, service, component, instance_type',
              `SELECT hub AS tagged_hub, service, component, instance_type, sum(amount_usd) AS usd
               FROM reporting.daily_service_costs WHERE cluster = $1 AND day = $2 GROUP BY 1, 2, 3, 4`,
            ),
          ).toEqual([]);
          const borne = `
            SELECT hub, coalesce(username, '-') AS bearer, component, is_shared, sum(usd) AS usd
            FROM reporting.daily_user_costs
            CROSS JOIN LATERAL (VALUES (false, direct_usd), (true, amount_usd - direct_usd)) AS part (is_shared, usd)
            WHERE cluster = $1 AND day = $2 GROUP BY 1, 2, 3, 4`;
          const theirs = await stored.query(
            `SELECT * FROM (
               SELECT hub, coalesce(username, '-') AS bearer, component, is_shared, sum(amount_usd) AS usd
               FROM (${CHARGES}) charges GROUP BY 1, 2, 3, 4
             ) charge FULL JOIN (${borne}) whole USING (hub, bearer, component, is_shared)
             WHERE bearer <> '-' AND coalesce(charge.usd, 0) <> coalesce(whole.usd, 0)`,
            [CLUSTER, day, addDays(day, 1)],
          );
          expect(theirs).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

import {
  allocation,
  DIMENSIONS,
  ReportingDatabase,
  type AllocationForm,
  type Dimension,
  type IdleForm,
  type NameFilters,
  type Step,
} from '#libs/database/queries';
import {
  addDays,
  parseUsd,
  sumUsd,
  type AllocationPolicy,
  type AttributedCost,
  type ComponentPolicies,
  type UserUsage,
} from '#libs/domain';
import fc from 'fast-check';
import { BASIS, CLUSTER, DIVIDED_BY, openStoredCluster, settled, type StoredCluster } from './stored-cluster.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 40);
const FIRST = '2026-02-26';
const DAYS = 6;
const HUBS = ['prod', 'staging', 'binder', 'support'];
const USERS = ['ana', 'bob', 'cyd'];
const GROUPS = ['physics', 'chemistry', 'biology'];
const COMPONENTS = ['compute', 'home storage', 'core'];
const SERVICES = ['EC2', 'EBS', 'EFS', 'EKS'];
const TYPES = ['r5.xlarge', 'g4dn.xlarge'];

let stored: StoredCluster;
let reporting: ReportingDatabase;

beforeAll(async () => {
  stored = await openStoredCluster();
  reporting = new ReportingDatabase(stored.url, () => undefined);
});

afterAll(async () => {
  await reporting?.close();
  await stored?.end();
});

const amountUsd = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 12n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(10n ** 11n), max: 10n ** 11n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -3n, max: 3n }) },
);
const costs: fc.Arbitrary<AttributedCost[]> = fc.uniqueArray(
  fc
    .record({
      hub: fc.constantFrom(...HUBS),
      component: fc.constantFrom(...COMPONENTS),
      service: fc.constantFrom(...SERVICES),
      instanceType: fc.constantFrom('', ...TYPES),
      amountUsd,
    })
    .map((cost) => (cost.component === 'compute' ? cost : { ...cost, instanceType: '' })),
  { maxLength: 14, selector: (cost) => [cost.hub, cost.component, cost.service, cost.instanceType].join() },
);
const usages: fc.Arbitrary<UserUsage[]> = fc.uniqueArray(
  fc
    .record({
      hub: fc.constantFrom('prod', 'staging', 'binder'),
      username: fc.constantFrom(...USERS),
      measure: fc.constantFrom('node_share', 'home_stored'),
      instanceType: fc.constantFrom(...TYPES),
      quantity: fc.bigInt({ min: 1n, max: 10n ** 9n }),
    })
    .map((usage) => (usage.measure === 'node_share' ? usage : { ...usage, instanceType: '' })),
  { maxLength: 12, selector: (usage) => [usage.hub, usage.username, usage.measure, usage.instanceType].join() },
);
const memberships = fc.uniqueArray(
  fc.tuple(fc.constantFrom('prod', 'staging'), fc.constantFrom(...USERS), fc.constantFrom(...GROUPS)),
  { maxLength: 8, selector: String },
);
const capacity = fc.uniqueArray(
  fc.record({ instanceType: fc.constantFrom(...TYPES), nodeSeconds: fc.bigInt({ min: 1n, max: 4n * 10n ** 9n }) }),
  { maxLength: 2, selector: (one) => one.instanceType },
);
/** Without nodes a day is by memory requests. */
const hasNodes = fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const day = fc.record({ costs, usages, memberships, capacity, hasNodes });
const policy: fc.Arbitrary<AllocationPolicy> = fc.record({
  allocation: fc.constantFrom('hub' as const, 'cluster' as const),
  excludedHubs: fc.constant(['binder']),
  dividedBy: fc.constant(DIVIDED_BY),
  idle: fc.constantFrom('shared' as const, 'separate' as const),
  policies: fc.constantFrom<ComponentPolicies>({}, { core: { proportional: ['compute'] } }, { core: 'even' as const }),
});

const some = (names: readonly string[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...names, 'nobody'), { minLength: 1, maxLength: 2 }), {
    nil: undefined,
    freq: 1,
  });
const one = fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(true) });
const filter: fc.Arbitrary<NameFilters> = fc
  .record({
    hub: some(HUBS),
    component: some(COMPONENTS),
    instance_type: some(['', ...TYPES]),
    kind: fc.constantFrom('people', 'services', 'none'),
    user: some(USERS),
    usergroup: some([...GROUPS, 'none']),
    service: some(SERVICES),
    few: one,
  })
  .map(({ kind, user, usergroup, service, few, ...rest }) => ({
    ...(few ? rest : { hub: rest.hub, component: undefined, instance_type: undefined }),
    user: kind === 'people' ? user : undefined,
    usergroup: kind === 'people' ? usergroup : undefined,
    service: kind === 'services' ? service : undefined,
  }));

const dimensionsOf = ({ user, usergroup, service }: NameFilters) => {
  const people: Dimension[] = ['user', 'usergroup'];
  const others = DIMENSIONS.filter((dimension) => !people.includes(dimension) && dimension !== 'service');
  const byService = user || usergroup ? [] : [fc.subarray([...others, 'service' as Dimension], { minLength: 1 })];
  const byPeople = service ? [] : [fc.subarray([...others, ...people], { minLength: 1 })];
  return fc.oneof(...byService, ...byPeople);
};

const request = filter.chain((names) =>
  fc.record({
    filter: fc.constant(names),
    idle: fc.constantFrom<IdleForm>('default', 'shared', 'separate', 'left out'),
    aggregations: fc.array(fc.tuple(dimensionsOf(names), fc.constantFrom<Step>('day', 'week', 'month', 'all')), {
      minLength: 4,
      maxLength: 6,
    }),
  }),
);

async function store(
  days: readonly {
    costs: AttributedCost[];
    usages: UserUsage[];
    memberships: [string, string, string][];
    capacity: { instanceType: string; nodeSeconds: bigint }[];
    hasNodes: boolean;
  }[],
  by: AllocationPolicy,
) {
  for (const [index, figures] of days.entries()) {
    const on = addDays(FIRST, index);
    const reading = { day: on, hub: '', coverage: 1 };
    const rowsOf = (measure: string) => figures.usages.filter((usage) => usage.measure === measure);
    const measure = figures.hasNodes ? 'node_share' : 'memory_requested';
    const nodes = figures.hasNodes ? { capacity: figures.capacity } : { capacity: [] };
    const requested = rowsOf('node_share').map((usage) => ({ ...usage, measure, instanceType: '' }));
    // A day that has the better measure keeps it.
    await stored.query(`DELETE FROM usage_days WHERE day = $1`, [on]);
    await stored.query(`DELETE FROM user_usage WHERE day = $1`, [on]);
    await stored.session.replaceUsageDay(
      stored.run,
      [
        {
          ...reading,
          dataset: 'compute',
          measures: [measure],
          rows: figures.hasNodes ? rowsOf('node_share') : requested,
          ...nodes,
        },
        { ...reading, dataset: 'home storage', measures: ['home_stored'], rows: rowsOf('home_stored') },
        {
          ...reading,
          dataset: 'memberships',
          measures: [],
          rows: figures.memberships.map(([hub, username, usergroup]) => ({
            hub,
            username,
            usergroup,
            usernameEscaped: username,
          })),
        },
      ],
      settled(on),
      by,
    );
    // A day without any cost would be refused where it had some.
    const attributed = [...figures.costs, { hub: 'support', component: 'other', service: 'Z', amountUsd: 1n }];
    await stored.session.replaceCostDay(
      stored.run,
      { day: on, accountUsd: 0n, attributed, estimated: false },
      BASIS,
      by,
    );
  }
}

async function rowsOf(names: NameFilters, step: Step, form: Partial<AllocationForm>, hubs?: readonly string[]) {
  const scope = { cluster: CLUSTER, window: { from: FIRST, until: addDays(FIRST, DAYS) }, hubs };
  const whole: AllocationForm = {
    dimensions: ['cluster'],
    idle: 'default',
    limit: undefined,
    precision: 'exact',
    ...form,
  };
  return reporting.list<Record<'cost' | 'direct' | 'shared', string>>(allocation(scope, names, step, whole));
}

/** A user's parts among groups are parts of a month, or of its days: then they differ in the tenth decimal. */
async function listRows(asked: readonly { names: NameFilters; idle: IdleForm; dimensions: Dimension[]; step: Step }[]) {
  const rows = [];
  for (const { names, step, dimensions, idle } of asked) {
    const isSplit = dimensions.includes('user') && dimensions.includes('usergroup');
    rows.push(isSplit ? [] : await rowsOf(names, step, { dimensions, idle }));
  }
  return rows;
}

const total = (rows: readonly Record<string, string>[], column = 'cost') =>
  sumUsd(rows.map((row) => parseUsd(row[column]!)));

it('all aggregations of one window, filter and idle form have the same total, to the last digit', async () => {
  let nonzero = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(day, { minLength: DAYS, maxLength: DAYS }),
      policy,
      fc.array(request, { minLength: 3, maxLength: 3 }),
      async (days, by, requests) => {
        await store(days, by);
        const asked = requests.flatMap(({ filter: names, idle, aggregations }) =>
          aggregations.map(([dimensions, step]) => ({ names, idle, dimensions, step })),
        );
        const fromDays = await listRows(asked);
        await stored.session.rollUpMonths(stored.run);
        expect(await listRows(asked)).toEqual(fromDays);
        for (const { filter: names, idle, aggregations } of requests) {
          const totals: (readonly [string, Step, bigint])[] = [];
          for (const [dimensions, step] of aggregations) {
            const rows = await rowsOf(names, step, { dimensions, idle });
            for (const row of rows) expect(parseUsd(row.direct) + parseUsd(row.shared)).toBe(parseUsd(row.cost));
            totals.push([dimensions.join(), step, total(rows)] as const);
          }
          if (totals[0]![2] !== 0n) nonzero += 1;
          expect({ names, idle, totals }).toEqual({
            names,
            idle,
            totals: totals.map(([what, step]) => [what, step, totals[0]![2]]),
          });
        }
        // Without a filter it is the cluster cost, and each service has what Cost Explorer says.
        const [attributed] = await stored.query<{ sum: string }>(`SELECT sum(amount_usd) FROM attributed_costs`);
        const all = {
          hub: undefined,
          component: undefined,
          instance_type: undefined,
          user: undefined,
          usergroup: undefined,
          service: undefined,
        };
        for (const dimensions of [['user'], ['service'], ['hub', 'instance_type'], ['usergroup']] as Dimension[][])
          expect(total(await rowsOf(all, 'month', { dimensions }))).toBe(parseUsd(attributed!.sum));
        const services = await stored.query<{ service: string; sum: string }>(
          `SELECT service, sum(amount_usd) FROM attributed_costs GROUP BY 1`,
        );
        const ours = (await rowsOf(all, 'all', { dimensions: ['service'] })) as unknown as {
          service: string;
          cost: string;
        }[];
        const byService = new Map(ours.map(({ service, cost }) => [service, parseUsd(cost)]));
        for (const { service, sum } of services)
          expect([service, byService.get(service) ?? 0n]).toEqual([service, parseUsd(sum)]);
      },
    ),
    { numRuns: RUNS },
  );
  expect(nonzero).toBeGreaterThan(RUNS);
});

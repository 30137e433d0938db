import { addDays, startOfDay, type AllocationPolicy, type Day, type GroupMembership } from '#libs/domain';
import { MIGRATIONS } from '#migrations';
import fc from 'fast-check';
import {
  BASIS,
  CLUSTER,
  CLUSTER_POLICY,
  dayCosts,
  HUB_POLICY,
  openStoredCluster,
  readings,
  settled,
  type CostLine,
  type StoredCluster,
  type UsageLine,
} from './stored-cluster.js';

/** A Monday; the days are those of three weeks. */
const FIRST_DAY: Day = '2026-09-07';
const DAYS = 21;

/** Ends of weeks and days within, few enough for steps to meet. */
const day = fc.constantFrom(0, 3, 6, 7, 13, 14, 20).map((offset) => addDays(FIRST_DAY, offset));
const hub = fc.constantFrom('prod', 'staging', 'binder');
const username = fc.constantFrom('ana', 'Bob', "d'or", '東京');
const policy: fc.Arbitrary<AllocationPolicy> = fc.constantFrom(HUB_POLICY, CLUSTER_POLICY);
const usd = fc.integer({ min: -3, max: 99 }).map((cents) => `${cents}.0000000007`);
const coverage = fc.constantFrom(0, 0.5, 1, 1, 1);

const costLines: fc.Arbitrary<CostLine[]> = fc.uniqueArray(
  fc.tuple(fc.oneof(hub, fc.constant('support')), fc.constantFrom('compute', 'home storage', 'core'), usd),
  { minLength: 1, maxLength: 5, selector: ([name, component]) => `${name}/${component}` },
);
const usageLines: fc.Arbitrary<UsageLine[]> = fc.uniqueArray(
  fc.tuple(hub, username, fc.integer({ min: 1, max: 9000 })),
  { maxLength: 6, selector: ([name, user]) => `${name}/${user}` },
);
const memberships: fc.Arbitrary<GroupMembership[]> = fc.uniqueArray(
  fc.record({ hub, username, usernameEscaped: fc.constant('x'), usergroup: fc.constantFrom('a', 'b', 'none', null) }),
  { maxLength: 8, selector: (member) => `${member.hub}/${member.username}/${member.usergroup}` },
);

/** One thing that a sync may do. */
type Step = (stored: StoredCluster) => Promise<unknown>;

const replaceCosts = fc.tuple(day, costLines, policy).map(
  ([on, lines, by]): Step =>
    ({ session, run }) =>
      session.replaceCostDay(run, dayCosts(lines, { day: on }), BASIS, by),
);
const replaceUsage = fc.tuple(day, usageLines, usageLines, memberships, coverage, policy).map(
  ([on, compute, homeStorage, members, covered, by]): Step =>
    ({ session, run }) =>
      session.replaceUsageDay(
        run,
        readings({ day: on, compute, homeStorage, memberships: members, coverage: covered }),
        settled(on),
        by,
      ),
);
/** Memberships alone, often none, read before the day is settled or after: then only their status changes. */
const replaceMemberships = fc
  .tuple(day, fc.oneof(fc.constant([]), memberships), coverage, fc.boolean())
  .map(([on, members, covered, isSettled]): Step => ({ session, run }) => {
    const read = readings({ day: on, memberships: members, coverage: covered }).memberships!;
    const readAt = isSettled ? settled(on) : startOfDay(addDays(on, 1));
    return session.replaceUsageDay(run, { memberships: read }, readAt, HUB_POLICY);
  });
const allocate = fc.tuple(day, policy).map(
  ([on, by]): Step =>
    ({ session, run }) =>
      session.allocateDay(run, on, by),
);
const refreshSums = fc.constant<Step>(({ session, run }) => session.refreshSums(run));

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: replaceCosts },
    { weight: 4, arbitrary: replaceUsage },
    { weight: 3, arbitrary: replaceMemberships },
    { weight: 1, arbitrary: allocate },
    { weight: 2, arbitrary: refreshSums },
  ),
  { minLength: 1, maxLength: 12 },
);
const range = fc.tuple(day, day).map((days) => days.sort());

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 40);
const TIMEOUT_MS = 10_000 + RUNS * 500;

/** Rows that one of two queries answers more often than the other. */
async function difference(stored: StoredCluster, one: string, other: string, values: unknown[] = []) {
  return stored.query(
    `(SELECT 'missing' AS which, x.* FROM (${one} EXCEPT ALL ${other}) x)
     UNION ALL (SELECT 'too many', x.* FROM (${other} EXCEPT ALL ${one}) x)`,
    values,
  );
}

const SUMMED_USERS = `
  SELECT hub, username, component, sum(direct_usd), sum(shared_usd), sum(cost_days), sum(byte_seconds), sum(usage_days)
  FROM (
    SELECT hub, username, component, direct_usd, shared_usd, 1 AS cost_days, 0 AS byte_seconds, 0 AS usage_days
    FROM user_costs WHERE cluster = $1 AND day BETWEEN $2 AND $3 AND username IS NOT NULL
    UNION ALL
    SELECT hub, username, component, 0, 0, 0, byte_seconds, 1
    FROM user_usage WHERE cluster = $1 AND day BETWEEN $2 AND $3
  ) days GROUP BY hub, username, component`;

/** A set of groups has them in order; whom no membership names is in none, or unknown. */
const MEMBERS = `
  SELECT day, hub, username, array_agg(coalesce(usergroup, 'none') ORDER BY usergroup) AS usergroups
  FROM group_memberships WHERE cluster = $1 AND day BETWEEN $2 AND $3 GROUP BY day, hub, username`;

const SUMMED_MEMBERSHIPS = `
  SELECT hub, username, usergroups, count(*), min(day), max(day) FROM (${MEMBERS}) days GROUP BY hub, username, usergroups`;

const groupsOf = (row: string) => `
    coalesce(usergroups, ARRAY[CASE WHEN EXISTS (SELECT FROM usage_days d WHERE d.cluster = ${row}.cluster
      AND d.day = ${row}.day AND d.dataset = 'memberships' AND d.status IN ('provisional', 'final'))
      THEN 'none' ELSE 'unknown' END]) AS its_groups`;

/** Sums of a table of users by the groups as of its days. */
const memberSums = (table: string, sums: string) => `
  SELECT hub, username, component, ${groupsOf('x')}, ${sums}, count(*)
  FROM ${table} x LEFT JOIN (${MEMBERS}) members USING (day, hub, username)
  WHERE cluster = $1 AND day BETWEEN $2 AND $3 AND username IS NOT NULL
  GROUP BY hub, username, component, its_groups`;

const sumsOf = (memberFunction: string, sums: string) => `
  SELECT hub, username, component, usergroups, ${sums}
  FROM reporting.${memberFunction}($1, $2, $3) GROUP BY hub, username, component, usergroups`;

/** Each day by itself, which may have sets of groups that no other has. */
const MEMBERSHIP_COSTS = `
  SELECT cluster, day, hub, component, ${groupsOf('c')}, sum(direct_usd), sum(shared_usd)
  FROM user_costs c LEFT JOIN (${MEMBERS}) members USING (day, hub, username)
  WHERE cluster = $1 AND day BETWEEN $2 AND $3 AND username IS NOT NULL
  GROUP BY cluster, day, hub, component, its_groups`;

async function expectSums(stored: StoredCluster, [first, last]: Day[]): Promise<void> {
  expect(
    await difference(
      stored,
      `SELECT cluster, day, hub, component, username IS NULL AS nobody, sum(direct_usd), sum(shared_usd)
       FROM user_costs GROUP BY 1, 2, 3, 4, 5`,
      `SELECT cluster, day, hub, component, borne_by = 'nobody', direct_usd, shared_usd
       FROM reporting.daily_allocated_costs`,
    ),
  ).toEqual([]);
  expect(
    await difference(
      stored,
      `SELECT cluster, day, hub, component, usergroup, sum(full_usd), sum(split_usd)
       FROM reporting.daily_user_group_costs GROUP BY 1, 2, 3, 4, 5`,
      `SELECT cluster, day, hub, component, usergroup, full_usd, split_usd FROM reporting.daily_group_costs`,
    ),
  ).toEqual([]);
  for (const [sums, days] of [
    [`SELECT * FROM reporting.user_sums($1, $2, $3)`, SUMMED_USERS],
    [`SELECT * FROM reporting.membership_sums($1, $2, $3)`, SUMMED_MEMBERSHIPS],
    [
      sumsOf('member_costs', 'sum(direct_usd), sum(shared_usd), sum(cost_days)'),
      memberSums('user_costs', 'sum(direct_usd), sum(shared_usd)'),
    ],
    [sumsOf('member_usage', 'sum(byte_seconds), sum(usage_days)'), memberSums('user_usage', 'sum(byte_seconds)')],
    [`SELECT * FROM reporting.daily_membership_costs WHERE cluster = $1 AND day BETWEEN $2 AND $3`, MEMBERSHIP_COSTS],
  ] as const) {
    expect(await difference(stored, days, sums, [CLUSTER, first, last])).toEqual([]);
  }
}

describe('the sums of user costs', () => {
  let stored: StoredCluster;

  beforeEach(async () => {
    stored = await openStoredCluster();
  });

  afterEach(() => stored.end());

  const summedWeeks = async () =>
    (await stored.query<{ week: string }>(`SELECT week::text FROM reporting.summed_weeks ORDER BY week`)).map(
      ({ week }) => week,
    );

  async function storeThreeWeeks(): Promise<void> {
    for (let offset = 0; offset < DAYS; offset += 1) {
      const on = addDays(FIRST_DAY, offset);
      const members: GroupMembership[] = ['a', 'b'].map((usergroup) => ({
        hub: 'prod',
        username: 'ana',
        usernameEscaped: 'ana',
        usergroup,
      }));
      const usage = {
        day: on,
        compute: [
          ['prod', 'ana', 2],
          ['staging', 'Bob', 1 + offset],
        ] as UsageLine[],
      };
      const costs = dayCosts(
        [
          ['prod', 'compute', '7'],
          ['support', 'compute', '0.0000000001'],
          ['binder', 'core', '1'],
        ],
        { day: on },
      );
      await stored.session.replaceCostDay(stored.run, costs, BASIS, HUB_POLICY);
      await stored.session.replaceUsageDay(
        stored.run,
        readings({ ...usage, memberships: members }),
        settled(on),
        HUB_POLICY,
      );
    }
  }

  it(
    'equal what they are sums of, after whatever syncs did and over any range of days',
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, range, async (taken, days) => {
          for (const step of taken) await step(stored);
          await expectSums(stored, days);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it('are of whole weeks once a run has ended, all but the newest, until a day of the week is replaced', async () => {
    await storeThreeWeeks();
    expect(await summedWeeks()).toEqual([]);
    await stored.session.refreshSums(stored.run);
    expect(await summedWeeks()).toEqual(['2026-09-07', '2026-09-14']);
    await expectSums(stored, [FIRST_DAY, addDays(FIRST_DAY, DAYS - 1)]);

    const restated = dayCosts([['prod', 'compute', '9']], { day: '2026-09-20' });
    await stored.session.replaceCostDay(stored.run, restated, BASIS, HUB_POLICY);
    expect(await summedWeeks()).toEqual(['2026-09-07']);
    const [left] = await stored.query(`SELECT count(*)::integer, min(week)::text, max(week)::text FROM user_weeks`);
    expect(left).toEqual({ count: 2, min: '2026-09-07', max: '2026-09-07' });
    await stored.session.refreshSums(stored.run);
    expect(await summedWeeks()).toEqual(['2026-09-07', '2026-09-14']);
    await expectSums(stored, ['2026-09-08', '2026-09-20']);
  });

  it('take a week out when memberships alone change, and keep apart what users cost in one set of groups and another', async () => {
    await storeThreeWeeks();
    await stored.session.refreshSums(stored.run);
    const moved = [{ hub: 'prod', username: 'ana', usernameEscaped: 'ana', usergroup: 'c' }];
    const { memberships: read } = readings({ day: '2026-09-09', memberships: moved });
    await stored.session.replaceUsageDay(stored.run, { memberships: read }, settled('2026-09-09'), HUB_POLICY);
    expect(await summedWeeks()).toEqual(['2026-09-14']);
    await stored.session.refreshSums(stored.run);
    const weeks = await stored.query(
      `SELECT usergroups::text, trim_scale(direct_usd)::text AS usd, cost_days FROM reporting.weekly_member_costs
       WHERE week = '2026-09-07' AND hub = 'prod' AND component = 'compute' ORDER BY usergroups`,
    );
    // ana bears the 7 of prod every day.
    expect(weeks).toEqual([
      { usergroups: '{a,b}', usd: '42', cost_days: 6 },
      { usergroups: '{c}', usd: '7', cost_days: 1 },
    ]);
    const members = await stored.query(
      `SELECT usergroups::text, days, first_day::text, last_day::text FROM reporting.weekly_memberships
       WHERE week = '2026-09-07' ORDER BY usergroups`,
    );
    expect(members).toEqual([
      { usergroups: '{a,b}', days: 6, first_day: '2026-09-07', last_day: '2026-09-13' },
      { usergroups: '{c}', days: 1, first_day: '2026-09-09', last_day: '2026-09-09' },
    ]);
  });

  it('are filled by the migrations that add them, and by the run after these, as syncs fill them', async () => {
    await storeThreeWeeks();
    await stored.session.refreshSums(stored.run);
    const tables = [
      'allocated_costs',
      'group_costs',
      'membership_costs',
      'summed_weeks',
      'user_weeks',
      'membership_weeks',
    ];
    const everySum = () =>
      Promise.all(tables.map((table) => stored.query(`SELECT t::text AS row FROM ${table} t ORDER BY t::text`)));
    const derived = await everySum();
    // Three rows a day, but Bob bears none of the 1e-10 on the first two: ana's part, 2 of 3 and 2 of 4, rounds to all. One
    // less of sets of groups: ana is in two.
    expect(derived.map((rows) => rows.length)).toEqual([61, 61, 40, 2, 4, 2]);
    const added = MIGRATIONS.findIndex(({ name }) => name.startsWith('SumsOfUserCosts'));
    for (let undone = MIGRATIONS.length; undone > added; undone -= 1) await stored.dataSource.undoLastMigration();
    await stored.dataSource.runMigrations({ transaction: 'all' });
    await stored.session.refreshSums(stored.run);
    expect(await everySum()).toEqual(derived);
  });
});

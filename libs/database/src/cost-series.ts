import { HOME_STORAGE, MEMBERSHIPS, parseUsd, type Day, type DayWindow, type Usd } from '#libs/domain';
import type { QueryRunner } from 'typeorm';

/** What the cost of a day is of. `group` is split cost; `allocated` what the users of a hub bear, with what nobody does. */
export type SeriesKind = 'cluster' | 'hub' | 'allocated' | 'group' | 'component' | 'hub component' | 'user';

/** The cost of one day of one thing; a day without cost has none. `hub` and `name` are '' where the kind has none. */
export interface DayCost {
  readonly hub: string;
  /** The component, the group or the user. */
  readonly name: string;
  readonly day: Day;
  readonly usd: Usd;
}

export interface SeriesFilter {
  readonly hub?: string | undefined;
  readonly name?: string | undefined;
}

export async function listCostSeries(
  queryRunner: QueryRunner,
  cluster: string,
  kind: SeriesKind,
  window: DayWindow,
  { hub, name }: SeriesFilter = {},
): Promise<DayCost[]> {
  return dayCosts(
    await queryRunner.query(SERIES[kind], [cluster, window.from, window.until, hub ?? null, name ?? null]),
  );
}

/** What a user cost, as arrays: an object for each of the days of thousands of users would fill the memory. */
export interface UserSeries {
  readonly hub: string;
  readonly username: string;
  /** Of days with a cost, how many days they are after the first of the window. */
  readonly offsets: readonly number[];
  /** As exact decimals. */
  readonly usd: readonly string[];
}

/** Of the users who cost more than that on any day from `since` on: those of whom a day can be an anomaly. */
export async function listNotableUserSeries(
  queryRunner: QueryRunner,
  cluster: string,
  window: DayWindow,
  { since, leastUsd }: { readonly since: Day; readonly leastUsd: number },
): Promise<UserSeries[]> {
  return queryRunner.query(
    `SELECT hub, username, array_agg(day - $2::date ORDER BY day) AS offsets, array_agg(usd::text ORDER BY day) AS usd
     FROM (
       SELECT hub, username, day, sum(amount_usd) AS usd
       FROM reporting.daily_user_costs
       WHERE cluster = $1 AND day >= $2 AND day < $3 AND username IS NOT NULL
       GROUP BY hub, username, day
     ) days
     GROUP BY hub, username
     HAVING max(usd) FILTER (WHERE day >= $4::date) > $5
     ORDER BY hub, username`,
    [cluster, window.from, window.until, since, leastUsd],
  );
}

/** A day with costs, and what is known of who bears them. */
export interface ReadDay {
  readonly day: Day;
  /** Whether the compute of users was read. */
  readonly isUsageRead: boolean;
  /** Whether groups were read, of one hub at least. */
  readonly areGroupsRead: boolean;
  /** Hubs whose home storage, or whose groups, should have been read and were not. */
  readonly homesUnread: readonly string[];
  readonly groupsUnread: readonly string[];
}

/** Days of a window whose costs were read after their end. */
export async function listReadDays(queryRunner: QueryRunner, cluster: string, window: DayWindow): Promise<ReadDay[]> {
  return queryRunner.query(
    `SELECT d.day, coalesce(bool_or(u.is_read) FILTER (WHERE u.dataset = 'compute'), false) AS "isUsageRead",
       coalesce(bool_or(u.is_read) FILTER (WHERE u.dataset = $5), true) AS "areGroupsRead",
       coalesce(array_agg(u.hub) FILTER (WHERE u.dataset = $4 AND NOT u.is_read), '{}') AS "homesUnread",
       coalesce(array_agg(u.hub) FILTER (WHERE u.dataset = $5 AND NOT u.is_read), '{}') AS "groupsUnread"
     FROM cost_days d LEFT JOIN (
       SELECT cluster, day, dataset, hub, status <> 'missing' AS is_read FROM usage_days WHERE cluster = $1
     ) u ON u.cluster = d.cluster AND u.day = d.day
     WHERE d.cluster = $1 AND d.day >= $2 AND d.day < $3 AND NOT d.is_running
     GROUP BY d.day ORDER BY d.day`,
    [cluster, window.from, window.until, HOME_STORAGE, MEMBERSHIPS],
  );
}

function dayCosts(rows: readonly { hub: string; name: string; day: Day; usd: string }[]): DayCost[] {
  return rows.map(({ usd, ...place }) => ({ ...place, usd: parseUsd(usd) }));
}

/** $1 cluster, $2 and $3 the window, $4 the only hub, $5 the only name. */
const SERIES: Readonly<Record<SeriesKind, string>> = {
  cluster: `
    SELECT '' AS hub, '' AS name, day, cluster_usd AS usd FROM cost_days
    WHERE cluster = $1 AND day >= $2 AND day < $3 AND $4::text IS NULL AND $5::text IS NULL
    ORDER BY day`,
  hub: `
    SELECT hub, '' AS name, day, sum(amount_usd) AS usd FROM attributed_costs
    WHERE cluster = $1 AND day >= $2 AND day < $3 AND ($4::text IS NULL OR hub = $4) AND $5::text IS NULL
    GROUP BY hub, day ORDER BY hub, day`,
  allocated: `
    SELECT hub, '' AS name, day, sum(amount_usd) AS usd FROM reporting.daily_allocated_costs
    WHERE cluster = $1 AND day >= $2 AND day < $3 AND ($4::text IS NULL OR hub = $4) AND $5::text IS NULL
    GROUP BY hub, day ORDER BY hub, day`,
  group: `
    SELECT hub, usergroup AS name, day, sum(split_usd) AS usd FROM reporting.daily_group_costs
    WHERE cluster = $1 AND day >= $2 AND day < $3
      AND ($4::text IS NULL OR hub = $4) AND ($5::text IS NULL OR usergroup = $5)
    GROUP BY hub, usergroup, day ORDER BY hub, usergroup, day`,
  component: `
    SELECT '' AS hub, component AS name, day, sum(amount_usd) AS usd FROM attributed_costs
    WHERE cluster = $1 AND day >= $2 AND day < $3 AND $4::text IS NULL AND ($5::text IS NULL OR component = $5)
    GROUP BY component, day ORDER BY component, day`,
  'hub component': `
    SELECT hub, component AS name, day, sum(amount_usd) AS usd FROM attributed_costs
    WHERE cluster = $1 AND day >= $2 AND day < $3
      AND ($4::text IS NULL OR hub = $4) AND ($5::text IS NULL OR component = $5)
    GROUP BY hub, component, day ORDER BY hub, component, day`,
  user: `
    SELECT hub, username AS name, day, sum(amount_usd) AS usd FROM reporting.daily_user_costs
    WHERE cluster = $1 AND day >= $2 AND day < $3
      AND ($4::text IS NULL OR hub = $4) AND ($5::text IS NULL OR username = $5) AND username IS NOT NULL
    GROUP BY hub, username, day ORDER BY hub, username, day`,
};

import { lines, stackedBars } from '../panels.js';
import { UNALLOCATED_NAME } from '../painted.js';
import { byStep } from '../step.js';
import { topUsers } from '../top-users.js';
import { USAGE, USER_COSTS } from '../users-picked.js';
import { BY_BEARER } from './bearers.js';

export const NO_USER =
  'No user bears a cost: no day of this range is stored, usage was not read (see Sync health), or nothing matches the filters at the top';

export const usersByStep = () =>
  stackedBars(
    {
      title: 'Top $top_users users, everyone else, and what no user bears',
      description:
        'Adds up to the attributable cost, as long as no user or group is picked. Unallocated cost has its reason: idle capacity, hubs without named users, and components that users do not share. Usage not read: nobody knows whose it was.',
      empty: NO_USER,
    },
    topUsers(USER_COSTS, BY_BEARER, '${top_users:sqlstring}::integer'),
  )
    .span(16)
    .height(12);

export const userHubsByStep = () =>
  stackedBars(
    {
      title: 'Users by hub',
      description:
        "Cost of each hub's users: their hub's own cost and their part of the cost that all hubs share, so this is more than the hub's tagged cost. Unallocated: what no user bears, by its reason.",
      empty: NO_USER,
    },
    `
  SELECT day, CASE WHEN reason IS NULL THEN hub ELSE ${UNALLOCATED_NAME} END AS metric, direct_usd + shared_usd AS value
  FROM ${BY_BEARER}`,
  );

export const userComponentsByStep = () =>
  stackedBars(
    {
      title: 'Users by component, direct and shared',
      description:
        "Direct: the users' parts of cost tagged with their hub. Shared, paler: their parts of cost without a hub tag, which goes to all users of the cluster. Unallocated: what no user bears, by its reason.",
      empty: NO_USER,
    },
    `
  SELECT day, CASE WHEN reason IS NULL THEN component || ', ' || part ELSE ${UNALLOCATED_NAME} END AS metric, part_usd AS value
  FROM ${BY_BEARER}
  CROSS JOIN LATERAL (VALUES ('direct', direct_usd), ('shared', shared_usd)) AS parts (part, part_usd)`,
  );

/** Beside the cost, what the cost is divided by; of one user it shows why theirs rose. */
export const usageByStep = () =>
  lines(
    {
      title: 'Usage of the users',
      description:
        'What the picked users used in each step: memory requested and home directories, in GiB held for an hour. A gap: nothing was used, or usage was not read (see Sync health).',
      empty: 'No usage: no day of this range was read (see Sync health), or nothing matches the filters at the top',
    },
    byStep(
      `
    SELECT day, sum(gib_hours) FILTER (WHERE component = 'compute') AS memory,
           sum(gib_hours) FILTER (WHERE component = 'home storage') AS home
    FROM ${USAGE}
    GROUP BY day`,
      {
        'memory requested, GiB-hours': 'sum(memory)::double precision',
        'home directories, GiB-hours': 'sum(home)::double precision',
      },
    ),
    ['sum'],
  )
    .unit('none')
    .decimals(1)
    .span(24);

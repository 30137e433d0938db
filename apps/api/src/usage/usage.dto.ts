import { z } from 'zod';
import { component, figureRequest, hub, user, usergroup } from '../parameters/parameters.js';

export const TotalUsage = figureRequest({ hub, component, user });

/** The membership endpoints spell the same filters differently, as dashboards know them. */
export const UserGroups = figureRequest({ hub, username: user, usergroup });
export const UsersByGroups = figureRequest({ hub_name: hub, user_name: user });

export const TotalUsageRows = z.array(
  z.strictObject({
    date: z.iso.date().describe('UTC day'),
    user: z.string(),
    hub: z.string(),
    component: z.string(),
    value: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe(
        'Share of the usage of all users of the cluster or, with `hub`, of the hub; adds up to 1; null: you see your own usage alone',
      ),
    gib_hours: z.number().min(0).describe('The usage, in GiB-hours'),
  }),
);

export const UserGroupsRows = z.array(
  z.strictObject({
    hub: z.string(),
    username: z.string(),
    username_escaped: z.string(),
    usergroup: z.string().describe('`none`: in no group'),
  }),
);

export const UsersWithMultipleGroupsRows = z.array(
  z.strictObject({ username: z.string(), hub: z.string(), usergroup: z.string() }),
);

export const UsersWithNoGroupsRows = z.array(z.strictObject({ username: z.string(), hub: z.string() }));

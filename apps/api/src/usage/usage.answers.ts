import { z } from 'zod';

export const totalUsage = z.array(
  z.strictObject({
    date: z.iso.date().describe('UTC day'),
    user: z.string(),
    hub: z.string(),
    component: z.string(),
    value: z
      .number()
      .min(0)
      .max(1)
      .describe('Share of the usage of all users of the cluster or, with `hub`, of the hub; adds up to 1'),
    gib_hours: z.number().min(0).describe('The usage, in GiB-hours'),
  }),
);

export const userGroups = z.array(
  z.strictObject({
    hub: z.string(),
    username: z.string(),
    username_escaped: z.string(),
    usergroup: z.string().describe('`none`: in no group'),
  }),
);

export const usersWithMultipleGroups = z.array(
  z.strictObject({ username: z.string(), hub: z.string(), usergroup: z.string() }),
);

export const usersWithNoGroups = z.array(z.strictObject({ username: z.string(), hub: z.string() }));

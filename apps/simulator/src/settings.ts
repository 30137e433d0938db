import { z } from 'zod';
import { DEFAULT_ESTATE } from './estate/index.js';
import type { SimulatorOptions } from './simulator-options.js';

const SETTINGS = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(8001),
  SIMULATOR_SEED: z.coerce.number().int().default(DEFAULT_ESTATE.seed),
  SIMULATOR_TODAY: z.iso.date().optional(),
  SIMULATOR_HISTORY_DAYS: z.coerce.number().int().min(1).max(400).default(DEFAULT_ESTATE.historyDays),
  SIMULATOR_USERS: z.coerce.number().int().min(0).max(100_000).default(DEFAULT_ESTATE.users),
  SIMULATOR_CLUSTER_NAME: z.string().min(1).default(DEFAULT_ESTATE.clusterName),
  SIMULATOR_PAGE_SIZE: z.coerce.number().int().min(1).optional(),
  SIMULATOR_ESTIMATED_DAYS: z.coerce.number().int().min(0).optional(),
  /** Tag keys, separated by commas. */
  SIMULATOR_INACTIVE_TAGS: z
    .string()
    .transform((text) => text.split(',').filter((key) => key !== ''))
    .optional(),
});

/** @throws z.ZodError that names every variable that is wrong. */
export function readSettings(environment: NodeJS.ProcessEnv): SimulatorOptions {
  const settings = SETTINGS.parse(environment);
  return {
    port: settings.PORT,
    pageSize: settings.SIMULATOR_PAGE_SIZE,
    estimatedDays: settings.SIMULATOR_ESTIMATED_DAYS,
    inactiveTags: settings.SIMULATOR_INACTIVE_TAGS,
    estate: {
      seed: settings.SIMULATOR_SEED,
      historyDays: settings.SIMULATOR_HISTORY_DAYS,
      users: settings.SIMULATOR_USERS,
      clusterName: settings.SIMULATOR_CLUSTER_NAME,
      ...(settings.SIMULATOR_TODAY !== undefined && { today: settings.SIMULATOR_TODAY }),
    },
  };
}

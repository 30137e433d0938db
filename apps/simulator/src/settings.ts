import { z } from 'zod';
import { DEFAULT_ESTATE } from './estate/index.js';
import type { SimulatorOptions } from './simulator-options.js';

/** What a demo or a doctor's rehearsal sets; tests set the rest in code. */
export const SETTINGS = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(8001),
  SIMULATOR_CLUSTER_NAME: z.string().min(1).default(DEFAULT_ESTATE.clusterName),
  SIMULATOR_HISTORY_DAYS: z.coerce.number().int().min(1).max(400).default(DEFAULT_ESTATE.historyDays),
  SIMULATOR_STORY: z.stringbool().default(false),
  SIMULATOR_USERS: z.coerce.number().int().min(0).max(100_000).default(DEFAULT_ESTATE.users),
});

/** @throws z.ZodError that names every variable that is wrong. */
export function readSettings(environment: NodeJS.ProcessEnv): SimulatorOptions {
  const settings = SETTINGS.parse(environment);
  return {
    port: settings.PORT,
    story: settings.SIMULATOR_STORY,
    estate: {
      clusterName: settings.SIMULATOR_CLUSTER_NAME,
      historyDays: settings.SIMULATOR_HISTORY_DAYS,
      users: settings.SIMULATOR_USERS,
    },
  };
}

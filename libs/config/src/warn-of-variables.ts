import { API_VARIABLES } from './api-config.js';
import type { Environment } from './environment.js';
import { describeLikelyMistakes } from './likely-names.js';
import { SYNC_VARIABLES } from './sync-config.js';

/** A warning for each variable that looks like one of this software's and is none. Processes may share an environment. */
export function warnOfVariables(environment: Environment): string[] {
  return describeLikelyMistakes(environment, [...new Set([...SYNC_VARIABLES, ...API_VARIABLES])]);
}

import { z } from 'zod';
import { parseEnvironment, type Environment } from './environment.js';
import { databaseUrl } from './variables.js';

/** DATABASE_URL alone: all that migrating needs. @throws ConfigurationError naming it when it is absent or malformed. */
export function parseDatabaseUrl(environment: Environment): string {
  return parseEnvironment(z.object({ DATABASE_URL: databaseUrl }), environment).DATABASE_URL;
}

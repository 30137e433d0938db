import { ConsoleLogger } from '@nestjs/common';
import { parseApiConfig, type Environment } from '#libs/config';
import { createApi } from '../../api/src/create-api.js';
import { listen } from '../../api/src/listen.js';
import type { Stoppers } from './stoppers.js';

/** Serves the API as `npm run start:api` does; returns its URL on this machine. */
export async function serveApi(environment: Environment, stoppers: Stoppers): Promise<string> {
  const config = parseApiConfig(environment);
  const app = await createApi(
    config,
    new ConsoleLogger({ logLevels: ['warn', 'error', 'fatal'], colors: process.stdout.isTTY === true }),
  );
  stoppers.add(() => app.close());
  await listen(app, config);
  return `http://localhost:${config.port}`;
}

import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConsoleLogger } from '@nestjs/common';
import { parseApiConfig, type Environment } from '#libs/config';
import { OperatorError } from '#libs/domain';
import { createApi } from '../../api/src/create-api.js';
import { listen } from '../../api/src/listen.js';
import type { Stoppers } from './stoppers.js';

/**
 * Looks before the first sync, which takes a minute, whether the API can be served after it.
 *
 * @throws OperatorError
 */
export async function checkPort({ PORT }: Environment): Promise<void> {
  const { port } = parseApiConfig({ DATABASE_URL: 'postgres://localhost/none', PORT });
  const server = createServer().listen(port);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new OperatorError(
      `port ${port} cannot be used (${code}): choose another one, such as PORT=8081 npm run demo`,
    );
  } finally {
    server.close();
  }
}

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

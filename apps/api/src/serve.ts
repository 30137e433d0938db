import { ConsoleLogger } from '@nestjs/common';
import { ConfigurationError, parseApiConfig, type ApiConfig } from '#libs/config';
import { harmless, messageOf } from '#libs/domain';
import { createApi } from './create-api.js';
import { listen } from './listen.js';

const config = parseConfigOrExit();
const logger = new ConsoleLogger({ json: process.env['NODE_ENV'] === 'production' });

try {
  const app = await createApi(config, logger);
  // Requests under way are answered before the process ends.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await listen(app, config);
  logger.log(`listening on port ${config.port}; /index lists every endpoint`, 'Api');
} catch (error) {
  logger.error(`cannot start: ${harmless(messageOf(error))}`, 'Api');
  process.exit(1);
}

function parseConfigOrExit(): ApiConfig {
  try {
    return parseApiConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

import { ConfigurationError, describeApiSettings, parseApiConfig, warnOfVariables, type ApiConfig } from '#libs/config';
import { ReportingDatabase } from '#libs/database/queries';
import { harmless, messageOf } from '#libs/domain';
import { warnOfUnknownHubs } from './access/unknown-hubs.js';
import { ApiLogger } from './api-logger.js';
import { createApi } from './create-api.js';
import { listen } from './listen.js';

const config = parseConfigOrExit();
const logger = new ApiLogger(process.env['NODE_ENV'] === 'production');
logger.log(`settings: ${describeApiSettings(process.env).join(', ')}`, 'Api');
for (const warning of warnOfVariables(process.env)) logger.warn(warning, 'Api');

try {
  const app = await createApi(config, logger);
  // Requests under way are answered before the process ends.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await listen(app, config);
  logger.log(`listening on port ${config.port}; /index lists every endpoint`, 'Api');
  const warn = (sentence: string) => logger.warn(`API_TOKENS_FILE: ${sentence}`, 'Api');
  void warnOfUnknownHubs(app.get(ReportingDatabase), config.tokens ?? [], warn);
} catch (error) {
  logger.error(`cannot start: ${harmless(messageOf(error))}`, 'Api');
  process.exit(1);
}

function parseConfigOrExit(): ApiConfig {
  try {
    return parseApiConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const lines = [error.message, ...warnOfVariables(process.env).map((warning) => `  - ${warning}`)];
    process.stderr.write(`${lines.join('\n')}\n`);
    process.exit(1);
  }
}

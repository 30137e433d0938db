import 'reflect-metadata';
import { ConsoleLogger, Logger, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describeSyncSettings, parseSyncConfig, warnOfVariables } from '#libs/config';
import { reportFault } from '#libs/database';
import { dayOf } from '#libs/domain';
import { ArgumentError, parseArguments, USAGE, warnOfLostArguments, type Command } from './arguments.js';
import { SyncDatabase } from './database.js';
import { describeHolder } from './describe-holder.js';
import { EXIT_FAILED, EXIT_LOCKED, EXIT_USAGE } from './exit-status.js';
import { LogProgress, TerminalProgress } from './progress.js';
import { allSucceeded, formatSummaries } from './run-summary.js';
import { SyncRunner } from './runner.js';
import { SyncSchedule } from './schedule.js';
import { stopOnSignals } from './stop-signals.js';
import { SyncModule } from './sync.module.js';

/** For machines in production. */
const LOGS_JSON = process.env['NODE_ENV'] === 'production';

/** @returns the status to exit with. */
async function main(): Promise<number> {
  const signal = stopOnSignals();
  const command = parseArguments(process.argv.slice(2), dayOf(new Date()));
  const config = parseSyncConfig(process.env);
  const app = await NestFactory.createApplicationContext(SyncModule.configuredBy(config), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
  app.useLogger(loggerFor(command));
  sayHowItStarts(command);
  try {
    return command.kind === 'schedule' ? await keepSchedule(app, signal) : await runOnce(app, command, signal);
  } finally {
    await app.close();
  }
}

async function keepSchedule(app: INestApplicationContext, signal: AbortSignal): Promise<number> {
  await app.get(SyncSchedule).keep(signal);
  return 0;
}

async function runOnce(
  app: INestApplicationContext,
  command: Exclude<Command, { kind: 'schedule' }>,
  signal: AbortSignal,
): Promise<number> {
  const progress = process.stderr.isTTY
    ? new TerminalProgress(process.stderr)
    : new LogProgress(new Logger('Sync'), LOGS_JSON);
  const { kind: trigger, acceptsLostTags } = command;
  const days = command.kind === 'backfill' ? command.window : undefined;
  const result = await app.get(SyncRunner).run({ trigger, days, acceptsLostTags, signal, progress });
  if (result === 'locked') {
    const holder = await app.get(SyncDatabase).findLockHolder();
    process.stderr.write(`another sync works on this cluster${describeHolder(holder)}; nothing was done\n`);
    return EXIT_LOCKED;
  }
  // Where the log is for machines, its lines are the summary.
  if (process.stderr.isTTY || !LOGS_JSON) process.stdout.write(formatSummaries(result));
  return allSucceeded(result) && !signal.aborted ? 0 : EXIT_FAILED;
}

/** Once, before anything is done: what it runs with, and what of that looks like a slip. */
function sayHowItStarts(command: Command): void {
  const settings = `settings: ${describeSyncSettings(process.env).join(', ')}`;
  const warnings = [...warnOfVariables(process.env), ...warnOfLostArguments(command, process.env)];
  if (isQuiet(command)) {
    process.stderr.write([settings, ...warnings.map((warning) => `warning: ${warning}`), ''].join('\n'));
    return;
  }
  const logger = new Logger('Start');
  logger.log(settings);
  for (const warning of warnings) logger.warn(warning);
}

/** On a terminal progress and summary say it all, but for faults of ours; elsewhere the log shows progress. */
function loggerFor(command: Command): ConsoleLogger {
  return new ConsoleLogger({
    json: LOGS_JSON,
    flattenParams: LOGS_JSON,
    prefix: 'sync',
    colors: !LOGS_JSON && process.stdout.isTTY === true && process.stderr.isTTY === true,
    ...(isQuiet(command) && { logLevels: ['error', 'fatal'] }),
  });
}

function isQuiet(command: Command): boolean {
  return command.kind !== 'schedule' && process.stderr.isTTY;
}

function report(error: unknown): number {
  if (error instanceof ArgumentError) {
    process.stderr.write(`${error.message}\n${USAGE}`);
    return EXIT_USAGE;
  }
  return reportFault('the sync cannot run', error);
}

process.exit(await main().catch(report));

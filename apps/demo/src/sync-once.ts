import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { parseSyncConfig, type Environment } from '#libs/config';
import { LogProgress, TerminalProgress } from '../../sync/src/progress.js';
import { allSucceeded, formatSummaries } from '../../sync/src/run-summary.js';
import { SyncRunner } from '../../sync/src/runner.js';
import { SyncModule } from '../../sync/src/sync.module.js';

/**
 * One run of the sync, as `npm run start:sync -- --once` makes it; returns its summary.
 *
 * @throws Error with the summary when a source failed.
 */
export async function syncOnce(environment: Environment, signal: AbortSignal): Promise<string> {
  // The SDK reads its settings from the process.
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith('AWS_')) setOrDelete(name, value);
  }
  const app = await NestFactory.createApplicationContext(SyncModule.configuredBy(parseSyncConfig(environment)), {
    logger: ['error', 'fatal'],
    abortOnError: false,
  });
  try {
    const progress = process.stderr.isTTY ? new TerminalProgress(process.stderr) : new LogProgress(new Logger('Sync'));
    const result = await app.get(SyncRunner).run({ trigger: 'once', signal, progress });
    if (result === 'locked') throw new Error('another sync works on the demo database');
    if (!allSucceeded(result) && !signal.aborted) throw new Error(`a source failed\n${formatSummaries(result)}`);
    return formatSummaries(result);
  } finally {
    await app.close();
  }
}

function setOrDelete(name: string, value: string | undefined): void {
  if (value) process.env[name] = value;
  else delete process.env[name];
}

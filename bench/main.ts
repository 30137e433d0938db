import 'reflect-metadata';
import { benchApi } from './api/bench-api.js';
import { benchSync } from './sync/bench-sync.js';
import { describeMachine } from './machine.js';
import { Report } from './report.js';
import { parseInvocation, type Sizes } from './sizes.js';
import { benchStorage } from './storage/bench-storage.js';

/** In the order in which they run when none is named. */
const PARTS: Readonly<Record<string, (sizes: Sizes, report: Report) => Promise<void>>> = {
  sync: benchSync,
  storage: benchStorage,
  api: benchApi,
};

async function main(): Promise<void> {
  const { parts, sizes } = parseInvocation(process.argv.slice(2));
  const unknown = parts.filter((part) => !(part in PARTS));
  if (unknown.length > 0)
    throw new RangeError(`no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  console.log(describeMachine());
  const report = new Report();
  for (const part of parts.length > 0 ? parts : Object.keys(PARTS)) await PARTS[part]!(sizes, report);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const isMistake = error instanceof RangeError || error instanceof TypeError;
    console.error(isMistake ? error.message : error);
    process.exit(1);
  },
);

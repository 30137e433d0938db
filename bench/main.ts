import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { benchApi } from './api/bench-api.js';
import { benchCitus } from './citus/bench-citus.js';
import { describeMachine } from './machine.js';
import { Report } from './report.js';
import { benchStorage } from './storage.js';
import { benchSync } from './sync.js';

/** How large to measure; what is absent, each part chooses. */
export interface Sizes {
  readonly users?: number;
  readonly days?: number;
  readonly clusters?: number;
  /** How often each thing is measured; the median counts. */
  readonly runs?: number;
}

/** In the order in which they run when none is named. */
const USUAL = { storage: benchStorage, sync: benchSync, api: benchApi };
const PARTS: Readonly<Record<string, (sizes: Sizes, report: Report) => Promise<void>>> = {
  ...USUAL,
  citus: benchCitus,
};

/** @throws RangeError for a part or a size that cannot be. */
async function main(): Promise<void> {
  const option = { type: 'string' } as const;
  const { values, positionals: named } = parseArgs({
    allowPositionals: true,
    options: { users: option, days: option, clusters: option, runs: option },
  });
  const sizes = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, parseSize(name, text)]));
  const unknown = named.find((part) => !Object.hasOwn(PARTS, part));
  if (unknown) throw new RangeError(`no part ${unknown}; there are ${Object.keys(PARTS).join(', ')}`);
  console.log(describeMachine());
  const report = new Report();
  for (const part of named.length > 0 ? named : Object.keys(USUAL)) await PARTS[part]!(sizes, report);
}

function parseSize(name: string, text: string): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`--${name} ${text}: a whole number above 0 is needed`);
  return size;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof RangeError ? error.message : error);
    process.exit(1);
  },
);

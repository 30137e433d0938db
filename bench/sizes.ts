import { parseArgs } from 'node:util';

/** How large to measure; what is absent, each part chooses as docs/performance.md says. */
export interface Sizes {
  readonly users?: number;
  readonly days?: number;
  /** How often each thing is measured; the median counts. */
  readonly runs?: number;
}

export interface Invocation {
  /** In the order given; none: all. */
  readonly parts: readonly string[];
  readonly sizes: Sizes;
}

const OPTIONS = {
  users: { type: 'string' },
  days: { type: 'string' },
  runs: { type: 'string' },
} as const;

/** @throws TypeError for an option that there is not; RangeError for a size that is no whole number above 0. */
export function parseInvocation(args: readonly string[]): Invocation {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const sizes: Record<string, number> = {};
  for (const [name, text] of Object.entries(values)) {
    const size = Number(text);
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`--${name} ${text}: a whole number above 0 is needed`);
    sizes[name] = size;
  }
  return { parts: positionals, sizes };
}

/** A drill's number of rounds, from the environment: small by default, so that it runs with every other test. */
export function roundsFrom(variable: string, usual: number): number {
  return Number(process.env[variable] || usual);
}

/** Chance that repeats: the same DRILL_SEED gives the same moments, as far as the machine's speed allows. */
export const SEED = Number(process.env['DRILL_SEED'] || 1);

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

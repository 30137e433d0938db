/** A drill's number of rounds, from the environment: small by default, so that it runs with every other test. */
export function roundsFrom(variable: string, usual: number): number {
  return Number(process.env[variable] || usual);
}

/** Chance that repeats: the same DRILL_SEED gives the same moments, as far as the machine's speed allows. */
export const SEED = Number(process.env['DRILL_SEED'] || 1);

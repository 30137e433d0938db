/** Figures by what they are about, in whole units of the last digit that both sides answer: cents, or 0.0001 USD. */
export type Figures = ReadonlyMap<string, number>;

/**
 * @param perUsd units in a dollar: 100 for cents.
 * @throws when two rows are about the same.
 */
export function figures<Row>(
  rows: readonly Row[],
  about: (row: Row) => readonly string[],
  usd: (row: Row) => number | string,
  perUsd: number,
): Figures {
  const result = new Map<string, number>();
  for (const row of rows) {
    const key = about(row).join(' | ');
    if (result.has(key)) throw new Error(`twice: ${key}`);
    result.set(key, Math.round(Number(usd(row)) * perUsd));
  }
  return result;
}

/**
 * Figures that are further apart than they may be, as sentences; none is what a test expects. A figure that one side
 * lacks must be 0 on the other: who answers a row for nothing differs.
 */
export function differences(ours: Figures, theirs: Figures, allowed: (key: string) => number = () => 0): string[] {
  const keys = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  return keys
    .filter((key) => Math.abs((ours.get(key) ?? 0) - (theirs.get(key) ?? 0)) > allowed(key))
    .map((key) => `${key}: ours ${ours.get(key) ?? 'none'}, theirs ${theirs.get(key) ?? 'none'}`);
}

export function sumOf(figures: Figures): number {
  return [...figures.values()].reduce((sum, units) => sum + units, 0);
}

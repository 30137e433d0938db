import type { Environment } from './environment.js';

/** Shorter variables are a letter or two from many others that a system has. */
const LEAST_LETTERS = 8;
const MOST_EDITS = 2;

/** The name among the known ones that was likely meant: it differs in case and separators, or in at most two letters. */
export function likelyName(name: string, known: readonly string[], leastLetters = LEAST_LETTERS): string | undefined {
  const distances = known.map((candidate) => ({ candidate, edits: editsBetween(plain(name), plain(candidate)) }));
  const [nearest] = distances
    .filter(({ candidate, edits }) => edits <= (plain(candidate).length < leastLetters ? 0 : MOST_EDITS))
    .sort((a, b) => a.edits - b.edits);
  return nearest?.candidate;
}

/** A warning for each variable that looks like one of ours and is none. */
export function describeLikelyMistakes(environment: Environment, known: readonly string[]): string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (!value || known.includes(name)) return [];
    const meant = likelyName(name, known);
    return meant === undefined ? [] : [`the variable ${name} is not known and changes nothing: is ${meant} meant?`];
  });
}

function plain(name: string): string {
  return name.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Letters to add, take away, change or swap with their neighbour (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MOST_EDITS) return Infinity;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + Number(a[i - 1] !== b[j - 1]),
        swapped ? before[j - 2]! + 1 : Infinity,
      );
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

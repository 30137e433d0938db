/** A word this short, `pv` or `pvc`, is another word with one letter more. */
const LEAST_LETTERS_FOR_A_SLIP = 5;
const LEAST_WORDS = 2;

/**
 * Whether two tag keys look like two spellings of one: they differ in capitals and separators, in one word more or less
 * (`2i2c.org/node-purpose` for `2i2c:node-purpose`), or in one letter of one word. Numbers must agree: `cluster-1` is
 * not `cluster-2`.
 */
export function areNearSpellings(one: string, other: string): boolean {
  if (one === other) return false;
  const [a, b] = [wordsOf(one), wordsOf(other)];
  if (a.join('') === b.join('')) return true;
  if (a.length !== b.length) {
    const [long, short] = a.length > b.length ? [a, b] : [b, a];
    return short.length > LEAST_WORDS && long.some((_, dropped) => equalWords(long.toSpliced(dropped, 1), short));
  }
  const different = a.map((word, index) => [word, b[index]!] as const).filter(([left, right]) => left !== right);
  return different.length === 1 && isSlip(...different[0]!);
}

function wordsOf(key: string): string[] {
  return key.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function equalWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}

/** One letter more, less or another, or two swapped. */
function isSlip(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < LEAST_LETTERS_FOR_A_SLIP || /\d/.test(a + b)) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const swapped = restB.slice(0, 2) === (restA[1] ?? '') + (restA[0] ?? '');
  return (
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    (swapped && restA.slice(2) === restB.slice(2))
  );
}

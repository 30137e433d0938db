/** A stream of numbers in [0, 1). */
export type Roll = () => number;

/**
 * The random stream that belongs to these keys. The same keys give the same numbers, whatever else was drawn before:
 * a day's figures do not depend on which other days were asked for, nor in which order.
 */
export function rollFor(...keys: readonly (string | number)[]): Roll {
  let state = hash(keys.join('\u0000'));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole number from `low` to `high`, both included. */
export function between(roll: Roll, low: number, high: number): number {
  return low + Math.floor(roll() * (high - low + 1));
}

/** One of the choices. */
export function pick<T>(roll: Roll, choices: readonly T[]): T {
  return choices[Math.floor(roll() * choices.length)]!;
}

/** `count` lower-case hexadecimal digits. */
export function hexDigits(roll: Roll, count: number): string {
  let digits = '';
  while (digits.length < count)
    digits += Math.floor(roll() * 4294967296)
      .toString(16)
      .padStart(8, '0');
  return digits.slice(0, count);
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  // One more mixing round: keys that differ in the last letter alone would start close to each other.
  value ^= value >>> 16;
  value = Math.imul(value, 0x85ebca6b);
  return value ^ (value >>> 13);
}

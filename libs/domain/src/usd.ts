/**
 * Exact US dollars, as a whole number of 1e-10 USD: the scale of `numeric(20,10)` in Postgres. Sums and comparisons
 * are integer arithmetic, so nothing is lost between AWS's decimal string and the stored digit.
 */
export type Usd = bigint;

/** Digits kept after the decimal point. */
export const USD_SCALE = 10;

const UNIT = 10n ** BigInt(USD_SCALE);
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Parses a decimal string as Cost Explorer sends it (`"12.3456789012"`, `"-0.5"`, `"4.2E-9"`). Digits past the tenth
 * are rounded half away from zero, as Postgres rounds when it stores `numeric(20,10)`.
 *
 * @throws RangeError when the text is not a finite decimal number; an amount is never guessed.
 */
export function parseUsd(text: string): Usd {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError(`not a decimal amount: ${JSON.stringify(text)}`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction);
  const shift = USD_SCALE - fraction.length + Number(exponent);
  const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : roundedDivide(digits, 10n ** BigInt(-shift));
  return sign === '-' ? -magnitude : magnitude;
}

/** The amount as a decimal string with all ten digits, `"12.3456789012"`: what Postgres stores unchanged. */
export function formatUsd(amount: Usd): string {
  const magnitude = amount < 0n ? -amount : amount;
  const fraction = (magnitude % UNIT).toString().padStart(USD_SCALE, '0');
  return `${amount < 0n ? '-' : ''}${magnitude / UNIT}.${fraction}`;
}

/** The exact sum; 0 for no amounts. */
export function sumUsd(amounts: Iterable<Usd>): Usd {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum;
}

function roundedDivide(dividend: bigint, divisor: bigint): bigint {
  return (dividend * 2n + divisor) / (divisor * 2n);
}

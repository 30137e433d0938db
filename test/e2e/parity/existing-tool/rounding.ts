/** Python's `f"{usd:.2f}"` as a number. Only a float that is exactly half a cent goes up here, and to even there. */
export function toCents(usd: number): number {
  return Number(usd.toFixed(2));
}

/** Python's `round(usd, 4)`, with the same reservation. */
export function toFourDecimals(usd: number): number {
  return Number(usd.toFixed(4));
}

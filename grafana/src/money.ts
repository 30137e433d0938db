/**
 * How amounts are shown. Grafana's `currencyUSD` loses digits ($1.14K), `currency:financial:$` is known from 12.1 on and
 * written out before (financial:$1.14K), and no unit of 10.4 has both the $ and the comma. So where a figure stands alone it
 * is written by SQL, `$1,143.27`; charts and tables, which need numbers to add up and to sort, have `$1143.27`. Seen with
 * Grafana's own formatter, `getValueFormat` of @grafana/data 10.4.19, 11.6.0, 12.0.2, 12.1.0 and 13.0.1.
 */
export const USD = 'prefix:$';

/** 0 to 1, shown as a percentage. */
export const SHARE = 'percentunit';

/** A figure as the text that a reader wants to see; NULL stays NULL. */
export const AS_TEXT = {
  /** `-$1,143.27` */
  usd: (value: string) => `to_char(${value}, 'FMMI$999,999,999,999,990.00')`,
  /** `+$1,143.27`, for changes. */
  change: (value: string) => `to_char(${value}, 'FMSG$999,999,999,999,990.00')`,
  share: (value: string) => `to_char(100 * (${value}), 'FM999,990.0') || ' %'`,
  count: (value: string) => `to_char(${value}, 'FM999,999,999,990')`,
  text: (value: string) => value,
} as const;

export type Kind = keyof typeof AS_TEXT;

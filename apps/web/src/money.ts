import { formatUsd, parseUsd, type Usd } from '#libs/domain';

/** An amount of a response: a decimal text, or a number that came with all its digits. */
export function readUsd(amount: string | number): Usd {
  return parseUsd(String(amount));
}

const CENT = 10n ** 8n;

/** `$1,234.56`, rounded half away from zero. */
export function money(amount: Usd): string {
  const magnitude = amount < 0n ? -amount : amount;
  const cents = (magnitude + CENT / 2n) / CENT;
  const whole = (cents / 100n).toLocaleString('en-US');
  const text = `$${whole}.${(cents % 100n).toString().padStart(2, '0')}`;
  return amount < 0n && cents > 0n ? `-${text}` : text;
}

/** With every digit that is stored: `$1,234.5678901234`. */
export function exactMoney(amount: Usd): string {
  const [whole = '', fraction = ''] = formatUsd(amount < 0n ? -amount : amount).split('.');
  const digits = fraction.replace(/0+$/, '').padEnd(2, '0');
  return `${amount < 0n ? '-' : ''}$${BigInt(whole).toLocaleString('en-US')}.${digits}`;
}

/** `+$1.20`: a change, of which 0 has no sign. */
export function signedMoney(amount: Usd): string {
  const text = money(amount);
  return amount > 0n && text !== '$0.00' ? `+${text}` : text;
}

/** `part / whole`; undefined where there is no whole. */
export function ratio(part: Usd, whole: Usd): number | undefined {
  return whole === 0n ? undefined : Number((part * 1_000_000n) / whole) / 1_000_000;
}

/** `12.3%`. */
export function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${(value * 100).toFixed(1)}%`;
}

/** `+12.3%`; `×17` of what was more than tenfold; `new` where there was nothing before. */
export function changePercent(before: Usd, after: Usd): string {
  const change = ratio(after - before, before < 0n ? -before : before);
  if (change === undefined) return after === 0n ? '–' : 'new';
  if (change >= 1000) return '×1,000+';
  if (change >= 10) return `×${Math.round(change + 1).toLocaleString('en-US')}`;
  return `${change > 0 ? '+' : ''}${percent(change)}`;
}

/** For axes and bars alone, where a pixel is coarser than a float. */
export function approximate(amount: Usd): number {
  return Number(formatUsd(amount));
}

/** `$1.2k` for an axis, where there is no room. */
export function axisMoney(value: number): string {
  if (Math.abs(value) >= 10_000) return `$${Math.round(value / 1000).toLocaleString('en-US')}k`;
  return `$${value.toLocaleString('en-US', { maximumFractionDigits: 2 })}`;
}

export function compareUsd(one: Usd, other: Usd): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

import { addDays, csvCell, formatUsd, type DayWindow } from '#libs/domain';
import type { Dimension } from '../view.js';
import type { Costs } from './load-costs.js';
import type { Row, Summary } from './summarise.js';

/** What is shown as RFC 4180: the table in its order, and a column for each bar, empty where no day of it is stored. Amounts have every digit. */
export function csvOf(
  by: Dimension,
  buckets: Summary['buckets'],
  rows: readonly Row[],
  { bars, days }: Pick<Costs, 'bars' | 'days'>,
): string {
  const header = [by, 'total_usd', 'share', 'before_usd', 'change_usd', ...buckets.map(({ start }) => start)];
  const lines = rows.map(({ name, label, total, before, share }) => [
    csvCell(label),
    formatUsd(total),
    share === undefined ? '' : String(share),
    before === undefined ? '' : formatUsd(before),
    before === undefined ? '' : formatUsd(total - before),
    ...buckets.map(({ start, days: ofBucket }) =>
      ofBucket.some((day) => days.has(day)) ? formatUsd(bars.get(name)?.get(start) ?? 0n) : '',
    ),
  ]);
  return `${[header, ...lines].map((line) => line.join(',')).join('\r\n')}\r\n`;
}

export function download(csv: string, by: Dimension, { from, until }: DayWindow): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(['\uFEFF', csv], { type: 'text/csv;charset=utf-8' }));
  link.download = `costs-by-${by}-${from}-${addDays(until, -1)}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

import { formatPrice } from '#libs/cost-explorer';
import type { SyncSource } from '#libs/database';
import { addDays, countDays, type Day, type DayWindow } from '#libs/domain';

/** What a run did. `requests` counts retries and pages; only Cost Explorer's are paid. */
export interface RunCounts {
  /** Of those that were due, how many the source had figures of. */
  readonly days: number;
  readonly daysDue: number;
  readonly daysChanged: number;
  readonly rowsWritten: number;
  readonly restatements: number;
  readonly requests: number;
}

export const NOTHING_DONE: RunCounts = {
  days: 0,
  daysDue: 0,
  daysChanged: 0,
  rowsWritten: 0,
  restatements: 0,
  requests: 0,
};

/** What was done for one source. */
export interface SourceSummary extends RunCounts {
  readonly source: SyncSource;
  /** `skipped`: there was nothing to do, and no run was recorded. */
  readonly status: 'succeeded' | 'failed' | 'skipped';
  readonly error: string | undefined;
  readonly window: DayWindow | undefined;
  readonly durationMs: number;
  /** What an operator should know of a run, whether or not it succeeded. */
  readonly notes: readonly string[];
}

export const SOURCE_NAMES: Readonly<Record<SyncSource, string>> = {
  'cost-explorer': 'Costs (Cost Explorer)',
  prometheus: 'Usage (Prometheus)',
  allocation: 'Allocation',
  budgets: 'Budgets, forecasts and anomalies',
};

export function skippedSummary(source: SyncSource, note: string): SourceSummary {
  const nothing = { ...NOTHING_DONE, durationMs: 0 };
  return { source, status: 'skipped', error: undefined, window: undefined, ...nothing, notes: [note] };
}

/** Whether nothing failed. */
export function allSucceeded(summaries: readonly SourceSummary[]): boolean {
  return summaries.every(({ status }) => status !== 'failed');
}

/** The summary for people: a paragraph per source, ending in a newline. */
export function formatSummaries(summaries: readonly SourceSummary[]): string {
  return summaries.map((summary) => `${formatSummary(summary).join('\n  ')}\n`).join('');
}

function formatSummary(summary: SourceSummary): string[] {
  const { source, status, error, window, notes } = summary;
  if (status === 'skipped') return [`${SOURCE_NAMES[source]}: nothing to do`, ...notes];
  const head = `${SOURCE_NAMES[source]}: ${status}`;
  return [
    window ? `${head}, ${formatWindow(window)}` : head,
    ...(error === undefined ? [] : [error]),
    formatCounts(summary),
    ...notes,
  ];
}

function formatCounts(summary: SourceSummary): string {
  const { source, days, daysDue, daysChanged, rowsWritten, restatements, requests, durationMs } = summary;
  const counted = days === daysDue ? plural(days, 'day') : `${days} of ${plural(daysDue, 'day')}`;
  const parts = [`${counted}, ${daysChanged} changed`, `${plural(rowsWritten, 'row')} written`];
  if (source === 'cost-explorer') {
    parts.push(`${plural(requests, 'request')} for ${formatPrice(requests)} USD`, plural(restatements, 'restatement'));
  } else if (source === 'prometheus') {
    parts.push(plural(requests, 'request'));
  }
  return [...parts, `${(durationMs / 1000).toFixed(1)} s`].join('; ');
}

/** `2026-10-01 to 2026-11-24 (55 days)`, both days included. */
export function formatWindow(window: DayWindow): string {
  return `${window.from} to ${addDays(window.until, -1)} (${plural(countDays(window), 'day')})`;
}

/** `2026-10-01`, or how many days, which come in order and may have gaps, between which two. */
export function formatDays(days: readonly Day[]): string {
  return days.length === 1 ? days[0]! : `${days.length} days from ${days[0]} to ${days.at(-1)}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

import type { SizeSpan } from './directories.js';
import type { Session } from './sessions.js';

/**
 * What somebody really used on a day, to the millisecond: what a perfect Prometheus would measure. `username` is the
 * directory's name for shared directories.
 */
export interface TrueUsage {
  readonly namespace: string;
  readonly username: string;
  readonly component: 'compute' | 'home storage';
  readonly byteSeconds: bigint;
}

/** The milliseconds that a session held a node within [fromMs, untilMs). */
export function scheduledMsWithin(session: Session, fromMs: number, untilMs: number): number {
  if (session.scheduledMs === null) return 0;
  return Math.max(0, Math.min(session.endMs, untilMs) - Math.max(session.scheduledMs, fromMs));
}

/** Adds up byte-milliseconds by person and component, and rounds once at the end. */
export class UsageSum {
  private readonly byteMs = new Map<string, { row: Omit<TrueUsage, 'byteSeconds'>; sum: bigint }>();

  addSession(session: Session, fromMs: number, untilMs: number): void {
    const ms = scheduledMsWithin(session, fromMs, untilMs);
    this.add(session.namespace, session.username, 'compute', session.memoryBytes, ms);
  }

  addSize(namespace: string, username: string, span: SizeSpan): void {
    this.add(namespace, username, 'home storage', span.bytes, span.untilMs - span.fromMs);
  }

  rows(): TrueUsage[] {
    return [...this.byteMs.values()].map(({ row, sum }) => ({ ...row, byteSeconds: (sum + 500n) / 1000n }));
  }

  private add(
    namespace: string,
    username: string,
    component: 'compute' | 'home storage',
    bytes: number,
    ms: number,
  ): void {
    if (ms === 0) return;
    const key = [namespace, username, component].join('\u0000');
    const entry = this.byteMs.get(key) ?? { row: { namespace, username, component }, sum: 0n };
    entry.sum += BigInt(bytes) * BigInt(ms);
    this.byteMs.set(key, entry);
  }
}

/** Somebody's node-seconds of an instance type: their pods' largest shares of their nodes. */
export interface TrueNodeShare {
  readonly namespace: string;
  readonly username: string;
  readonly instanceType: string;
  readonly nodeSeconds: number;
}

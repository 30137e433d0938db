import type { LockHolder } from '#libs/database';
import { harmless } from '#libs/domain';

/** ` (host, process 7, since 2026-11-28T06:00:00.000Z)`; nothing where the holder did not say. */
export function describeHolder(holder: LockHolder | undefined): string {
  return holder ? ` (${harmless(holder.holder)}, since ${holder.since.toISOString()})` : '';
}

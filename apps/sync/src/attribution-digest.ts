import { createHash } from 'node:crypto';
import type { AttributionConfig } from '#libs/domain';

/**
 * Names an attribution: SHA-256 (hex) of its canonical JSON. It is stored with each day of costs, so that a day made
 * with another attribution is found and read again. The order in which a file lists its keys does not change it.
 */
export function digestAttribution(attribution: AttributionConfig): string {
  return createHash('sha256').update(JSON.stringify(attribution, sortKeys)).digest('hex');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

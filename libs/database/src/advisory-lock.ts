import { createHash } from 'node:crypto';

/**
 * The key of a Postgres advisory lock, a signed 64-bit integer as text. Advisory locks are shared by all that use the
 * database, so the name is hashed together with this project's: two names meet once in 2^64.
 */
export function advisoryLockKey(purpose: 'migrate' | 'sync', name: string): string {
  const digest = createHash('sha256').update(`jupyterhub-cost-monitoring\n${purpose}\n${name}`).digest();
  return digest.readBigInt64BE().toString();
}

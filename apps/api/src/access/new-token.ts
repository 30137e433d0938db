import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

/** A new token, and the entry of API_TOKENS_FILE that lets it in. The token cannot be had from the entry. */
export interface NewToken {
  readonly token: string;
  readonly entry: { readonly name: string; readonly hash: string; readonly scope: 'all' | readonly string[] };
}

/** @param hubs none: everything may be seen. */
export function makeToken(name: string, hubs: readonly string[]): NewToken {
  const token = `${name}.${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const hash = `sha256:${createHash('sha256').update(token).digest('hex')}`;
  return { token, entry: { name, hash, scope: hubs.length === 0 ? 'all' : hubs } };
}

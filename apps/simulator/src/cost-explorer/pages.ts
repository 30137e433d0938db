import { createHash } from 'node:crypto';
import { CostExplorerError, usualMessage } from './errors.js';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

const SIGNATURE_LENGTH = 12;

/**
 * Cuts a page out of a whole answer. A token is bound to the request that it continues: the same operation with the
 * same parameters.
 *
 * @throws CostExplorerError RequestChangedException when the parameters changed, InvalidNextTokenException for a token
 *   that was never given out.
 */
export function pageOf<T>(
  all: readonly T[],
  size: number,
  request: { operation: string; parameters: unknown; token: string | undefined },
): Page<T> {
  const binding = digest(JSON.stringify([request.operation, request.parameters]));
  const from = request.token === undefined ? 0 : offsetOf(request.token, binding);
  const until = from + size;
  return { items: all.slice(from, until), nextToken: until < all.length ? makeToken(until, binding) : undefined };
}

function makeToken(offset: number, binding: string): string {
  const content = `${offset}:${binding}`;
  return Buffer.from(`${content}:${digest(content)}`).toString('base64url');
}

function offsetOf(token: string, binding: string): number {
  const [offset = '', boundTo = '', signature] = Buffer.from(token, 'base64url').toString().split(':');
  if (signature !== digest(`${offset}:${boundTo}`)) throw tokenError('InvalidNextTokenException');
  if (boundTo !== binding) throw tokenError('RequestChangedException');
  return Number(offset);
}

function tokenError(name: string): CostExplorerError {
  return new CostExplorerError(name, usualMessage(name));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, SIGNATURE_LENGTH);
}

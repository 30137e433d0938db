import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ApiToken } from '#libs/config';
import type { FastifyRequest } from 'fastify';

/** What whoever sent a request may see. */
export interface AccessScope {
  /** The same text for the same sight, so that an answer that was made for one may be given to the other. */
  readonly key: string;
  /** The only cluster; undefined: every one. */
  readonly cluster: string | undefined;
  /** The only hubs of that cluster, in order; undefined: every one, and the account itself. */
  readonly hubs: readonly string[] | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before anything else is done with a request. */
    accessScope: AccessScope;
  }
}

export const EVERYTHING: AccessScope = Object.freeze({ key: 'all', cluster: undefined, hubs: undefined });

/** What a request sees that nobody vouched for: the paths that are open to all show no costs. */
export const NOTHING: AccessScope = Object.freeze({ key: 'none', cluster: undefined, hubs: Object.freeze([]) });

export function scopeOfToken({ hubs, cluster }: Pick<ApiToken, 'hubs' | 'cluster'>): AccessScope {
  if (!hubs) return EVERYTHING;
  const sorted = hubs.toSorted();
  return Object.freeze({ key: JSON.stringify([cluster, ...sorted]), cluster, hubs: Object.freeze(sorted) });
}

/** The scope of the request that a controller's method answers. */
export const Access = createParamDecorator(
  (_: unknown, context: ExecutionContext): AccessScope =>
    context.switchToHttp().getRequest<FastifyRequest>().accessScope,
);

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ApiToken } from '#libs/config';
import type { FastifyRequest } from 'fastify';

/** What the caller may see. */
export interface AccessScope {
  /** Cache key: equal for callers who may see the same data. */
  readonly key: string;
  /** The only cluster; undefined: every one. */
  readonly cluster: string | undefined;
  /** The only hubs of that cluster, in order; undefined: every one, and the account itself. */
  readonly hubs: readonly string[] | undefined;
  /** The only user; undefined: every one. */
  readonly user: string | undefined;
  /** Costs of users and groups are shown without their part of what the cluster shares. */
  readonly withoutShared: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before anything else is done with a request. */
    accessScope: AccessScope;
  }
}

export const EVERYTHING: AccessScope = Object.freeze({
  key: 'all',
  cluster: undefined,
  hubs: undefined,
  user: undefined,
  withoutShared: false,
});

/** Scope of an unauthenticated request: the paths that are open to all show no costs. */
export const NOTHING: AccessScope = Object.freeze({
  key: 'none',
  cluster: undefined,
  hubs: Object.freeze([]),
  user: undefined,
  withoutShared: true,
});

export function scopeOfToken({ hubs, cluster, shared }: Pick<ApiToken, 'hubs' | 'cluster' | 'shared'>): AccessScope {
  if (!hubs) return EVERYTHING;
  const sorted = hubs.toSorted();
  const key = JSON.stringify([cluster, shared, ...sorted]);
  return Object.freeze({ key, cluster, hubs: Object.freeze(sorted), user: undefined, withoutShared: !shared });
}

/** The whole hub, or what one user costs there. */
export function scopeOfHubUser(cluster: string, hub: string, user: string | undefined): AccessScope {
  const key = JSON.stringify({ cluster, hub, user });
  return Object.freeze({ key, cluster, hubs: Object.freeze([hub]), user, withoutShared: false });
}

/** Whether figures of a cluster may be told; of which hubs is for the statement. */
export function isClusterSeen(cluster: string, access: Pick<AccessScope, 'cluster'>): boolean {
  return access.cluster === undefined || access.cluster === cluster;
}

/** The scope of the request, for a controller's method. */
export const Access = createParamDecorator(
  (_: unknown, context: ExecutionContext): AccessScope =>
    context.switchToHttp().getRequest<FastifyRequest>().accessScope,
);

import { applyDecorators, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

/** Who is let in to an endpoint. Without this, everyone who has a token. */
interface RouteAccess {
  readonly access?: 'open to all' | 'needs everything';
}

/** Metadata of a handler that asks for no token. */
export const OPEN_TO_ALL = 'cost-monitoring:open-to-all';

/** An endpoint that asks for no token, since it shows nobody's costs. */
export function OpenToAll(): MethodDecorator {
  return applyDecorators(
    RouteConfig({ access: 'open to all' } satisfies RouteAccess) as MethodDecorator,
    SetMetadata(OPEN_TO_ALL, true),
  );
}

/** An endpoint that shows more than the hubs of a token. */
export function NeedsEverything(): MethodDecorator {
  return RouteConfig({ access: 'needs everything' } satisfies RouteAccess) as MethodDecorator;
}

export function isOpenToAll(request: FastifyRequest): boolean {
  return accessOf(request) === 'open to all';
}

export function needsEverything(request: FastifyRequest): boolean {
  return accessOf(request) === 'needs everything';
}

function accessOf(request: FastifyRequest): RouteAccess['access'] {
  return (request.routeOptions.config as RouteAccess | undefined)?.access;
}

import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

/** Who is let in to an endpoint. Without this, who has a token, and who may see a whole hub. */
interface RouteAccess {
  readonly access?: 'open to all' | 'needs everything' | 'shows own';
}

/** An endpoint that asks for no token, since it shows nobody's costs. */
export function OpenToAll(): MethodDecorator {
  return RouteConfig({ access: 'open to all' } satisfies RouteAccess) as MethodDecorator;
}

/** An endpoint that shows more than the hubs of a token. */
export function NeedsEverything(): MethodDecorator {
  return RouteConfig({ access: 'needs everything' } satisfies RouteAccess) as MethodDecorator;
}

/** The route configuration of an endpoint that shows a person what they cost and used themselves. */
export const SHOWS_OWN = { access: 'shows own' } as const satisfies RouteAccess;

export function showsOwn(request: FastifyRequest): boolean {
  return accessOf(request) === 'shows own';
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

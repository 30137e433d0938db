import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

interface OpenRoute {
  readonly openToAll?: boolean;
}

/** An endpoint that asks for no token, since it shows nobody's costs. Without this, an endpoint is closed. */
export function OpenToAll(): MethodDecorator {
  return RouteConfig({ openToAll: true } satisfies OpenRoute) as MethodDecorator;
}

export function isOpenToAll(request: FastifyRequest): boolean {
  return (request.routeOptions.config as OpenRoute | undefined)?.openToAll === true;
}

import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import type { SHOWS_OWN } from '../access/route-access.js';
import { Endpoint } from '../endpoint.js';
import { KEPT_ROUTE } from '../responses/response-memory.js';
import { FigureInterceptor } from './figure.interceptor.js';

/**
 * An endpoint whose method returns a FigureResponse: its rows are streamed as JSON or CSV, and kept. With `SHOWS_OWN` it shows
 * a person their own rows; without, nothing.
 */
export function FigureEndpoint(
  path: string,
  summary: string,
  response: z.ZodType,
  access: typeof SHOWS_OWN | undefined = undefined,
): MethodDecorator {
  return applyDecorators(
    Endpoint(path, summary, response),
    UseInterceptors(FigureInterceptor),
    RouteConfig({ ...KEPT_ROUTE, ...access }) as MethodDecorator,
  );
}

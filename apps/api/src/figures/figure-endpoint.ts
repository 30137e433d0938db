import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import { Endpoint } from '../endpoint.js';
import { KEPT_ROUTE } from '../responses/response-memory.js';
import { FigureInterceptor } from './figure.interceptor.js';

/**
 * An endpoint whose method returns a FigureResponse: its rows are streamed as JSON or CSV, and kept.
 */
export function FigureEndpoint(path: string, summary: string, response: z.ZodType): MethodDecorator {
  return applyDecorators(
    Endpoint(path, summary, response),
    UseInterceptors(FigureInterceptor),
    RouteConfig(KEPT_ROUTE) as MethodDecorator,
  );
}

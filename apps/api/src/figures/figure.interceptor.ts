import type { Readable } from 'node:stream';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  DIMENSIONS,
  hasUsage,
  namesPeople,
  ReportingDatabase,
  withoutRows,
  type NameFilters,
  type ResponseShape,
} from '#libs/database/queries';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { z } from 'zod';
import { ENDPOINT, type EndpointDescription } from '../endpoint.js';
import { FigureResponse, type FigureRequest, type Rows } from './figures.js';

/** With CSV too, whose lines have no room for a warning. */
const COUNTED_IN_EACH = 'full; people in several groups are counted in each, add up with groups=split';

/**
 * Turns a controller's FigureResponse into a body. The first rows are read before anything is sent, so that a statement
 * that fails still gets its status; the rest is streamed, and breaks off if the database goes away in the middle.
 */
@Injectable()
export class FigureInterceptor implements NestInterceptor {
  constructor(
    private readonly database: ReportingDatabase,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const toBody = async (value: unknown) => {
      if (!(value instanceof FigureResponse)) return value;
      const endpoint = this.reflector.get<EndpointDescription | undefined>(ENDPOINT, context.getHandler());
      const request = context.switchToHttp().getRequest<FastifyRequest>();
      const { body, unknown, shape } = await whileClientIsThere(request, async (signal) => {
        const { statement, filters, findUnknown } = await value.prepare(signal);
        const shape = shapeOf(value, filters, endpoint?.response);
        const rows = statement && (await this.database.stream(statement, shape, signal));
        return { body: rows, unknown: rows ? undefined : await findUnknown(), shape };
      });
      if (unknown !== undefined) void reply.header('x-unknown', unknown);
      if (value.request.groups === 'full') void reply.header('x-groups', COUNTED_IN_EACH);
      void reply.header('content-type', contentTypeOf(shape));
      return body ?? withoutRows(shape);
    };
    return next.handle().pipe(mergeMap(toBody));
  }
}

/**
 * Gives work a signal that ends it when the client goes, until the body is sent. A response that waits for others of its
 * connection does not hear of the connection's end: the socket does.
 */
async function whileClientIsThere<Result extends { readonly body: Readable | undefined }>(
  { raw: { socket } }: FastifyRequest,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const gone = new AbortController();
  const abort = () => gone.abort();
  const unlisten = () => socket.off('close', abort);
  socket.once('close', abort);
  if (socket.destroyed) abort();
  try {
    const result = await work(gone.signal);
    if (result.body) result.body.once('close', unlisten);
    else unlisten();
    return result;
  } catch (error) {
    unlisten();
    throw error;
  }
}

function contentTypeOf(shape: ResponseShape): string {
  return typeof shape === 'string' ? 'application/json; charset=utf-8' : 'text/csv; charset=utf-8; header=present';
}

function shapeOf(
  { elements, request }: FigureResponse,
  filters: Rows['filters'],
  response: z.ZodType | undefined,
): ResponseShape {
  if (request.format === 'json') return elements;
  const absent = absentFrom(request, filters);
  return { csv: columnsOf(response, (column) => absent.includes(column)), bom: request.bom };
}

/** Optional columns that rows of some requests have, and not those of this one. */
function absentFrom({ dimensions, step, unallocated }: FigureRequest, filters: NameFilters): string[] {
  const hasReason = dimensions ? namesPeople(dimensions) : unallocated;
  return [
    ...(hasReason ? [] : ['reason']),
    ...(step ? [] : ['start', 'end']),
    ...(dimensions && hasUsage({ dimensions }, filters) ? [] : ['usage', 'memory_efficiency', 'cpu_efficiency']),
    ...(dimensions ? DIMENSIONS.filter((dimension) => !dimensions.includes(dimension)) : []),
  ];
}

/**
 * The columns of a table, in order: the properties of the response's objects, or `name` of an array of texts. Of those
 * that are optional, the ones that are not absent.
 */
export function columnsOf(
  response: z.ZodType | undefined,
  isAbsent: (column: string) => boolean = () => false,
): readonly string[] {
  const element = response instanceof z.ZodArray ? response.element : undefined;
  if (!(element instanceof z.ZodObject)) return ['name'];
  const columns = Object.entries(element.shape as Record<string, z.ZodType>);
  return columns.filter(([name, type]) => !(type instanceof z.ZodOptional && isAbsent(name))).map(([name]) => name);
}

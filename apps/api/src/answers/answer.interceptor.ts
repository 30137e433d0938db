import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { headersOf, headersOfStream } from './answer-headers.js';
import { AnswerReader } from './answer-in-progress.js';
import { Answer } from './answer.js';
import { Answers, type AnswerRequest } from './answers.js';
import { ENDPOINT, type EndpointDescription } from '../endpoint.js';
import { columnsOf } from './columns.js';
import { requestName } from './repeated-requests.js';

/**
 * Turns the Answer of a controller into a body. The beginning is read before anything is sent, so that a question that
 * fails still gets its status; a long answer then streams, and breaks off if the database goes away in the middle.
 */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(
    private readonly answers: Answers,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const incoming = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const request: AnswerRequest = {
      name: requestName(incoming.accessScope, incoming.raw),
      route: incoming.routeOptions.url ?? '',
      headers: headersSoFar(reply.raw),
      scope: incoming.accessScope.key,
      generation: this.answers.generation,
      acceptEncoding: incoming.headers['accept-encoding'],
      revalidates: incoming.headers['if-none-match'] !== undefined,
    };
    return next
      .handle()
      .pipe(
        mergeMap(async (value: unknown) =>
          value instanceof Answer ? this.#body(value, this.#columns(context), request, reply) : value,
        ),
      );
  }

  #columns(context: ExecutionContext): readonly string[] {
    return columnsOf(this.reflector.get<EndpointDescription | undefined>(ENDPOINT, context.getHandler())?.answer);
  }

  async #body(
    { statement, elements, format }: Answer,
    columns: readonly string[],
    request: AnswerRequest,
    reply: FastifyReply,
  ): Promise<string | Buffer | Readable> {
    if (!statement) {
      void reply.headers(headersOfStream(format));
      return format === 'csv' ? `${columns.join(',')}\r\n` : '[]';
    }
    const found = await this.answers.find(statement, format === 'csv' ? { csv: columns } : elements, request);
    if (found instanceof AnswerReader) {
      void reply.headers(headersOfStream(format));
      return found.stream();
    }
    const headers = headersOf(found);
    for (let at = 0; at < headers.length; at += 2) void reply.header(headers[at]!, headers[at + 1]);
    return found.body;
  }
}

function headersSoFar(response: ServerResponse): string[] {
  return response.getHeaderNames().flatMap((name) => [name, String(response.getHeader(name))]);
}

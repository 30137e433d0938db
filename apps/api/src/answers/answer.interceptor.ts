import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { withoutRows, type AnswerShape, type Statement } from '#libs/database/queries';
import { ENDPOINT, type EndpointDescription } from '../endpoint.js';
import { headersOf, headersOfStream } from './answer-headers.js';
import { AnswerReader } from './answer-in-progress.js';
import { Answer } from './answer.js';
import { Answers, type AnswerRequest } from './answers.js';
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
    const answering = async (value: unknown) =>
      value instanceof Answer ? this.#body(value.statement, this.#shapeOf(value, context), request, reply) : value;
    return next.handle().pipe(mergeMap(answering));
  }

  /** The columns of a table are those of the endpoint's description. */
  #shapeOf({ elements, format }: Answer, context: ExecutionContext): AnswerShape {
    if (format === 'json') return elements;
    const endpoint = this.reflector.get<EndpointDescription | undefined>(ENDPOINT, context.getHandler());
    return { csv: columnsOf(endpoint?.answer) };
  }

  async #body(
    statement: Statement | undefined,
    shape: AnswerShape,
    request: AnswerRequest,
    reply: FastifyReply,
  ): Promise<string | Buffer | Readable> {
    const found = statement && (await this.answers.find(statement, shape, request));
    if (!found || found instanceof AnswerReader) {
      void reply.headers(headersOfStream(shape));
      return found ? found.stream() : withoutRows(shape);
    }
    const headers = headersOf(found);
    for (let at = 0; at < headers.length; at += 2) void reply.header(headers[at]!, headers[at + 1]);
    return found.body;
  }
}

function headersSoFar(response: ServerResponse): string[] {
  return response.getHeaderNames().flatMap((name) => [name, String(response.getHeader(name))]);
}

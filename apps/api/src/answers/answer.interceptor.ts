import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { headersOf, STREAM_HEADERS } from './answer-headers.js';
import { AnswerReader } from './answer-in-progress.js';
import { Answer } from './answer.js';
import { Answers, type AnswerRequest } from './answers.js';
import { requestName } from './repeated-requests.js';

/**
 * Turns the Answer of a controller into a body. The beginning is read before anything is sent, so that a question that
 * fails still gets its status; a long answer then streams, and breaks off if the database goes away in the middle.
 */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly answers: Answers) {}

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
      .pipe(mergeMap(async (value: unknown) => (value instanceof Answer ? this.#body(value, request, reply) : value)));
  }

  async #body(answer: Answer, request: AnswerRequest, reply: FastifyReply): Promise<string | Buffer | Readable> {
    if (!answer.statement) {
      void reply.headers(STREAM_HEADERS);
      return '[]';
    }
    const found = await this.answers.find(answer.statement, answer.shape, request);
    if (found instanceof AnswerReader) {
      void reply.headers(STREAM_HEADERS);
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

import { Readable } from 'node:stream';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ReportingDatabase } from '#libs/database/queries';
import type { FastifyReply } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { Answer } from './answer.js';

/**
 * Turns the Answer of a controller into a body. The first piece is read before anything is sent, so that a question
 * that fails still gets its status; a long answer then streams, and breaks off if the database goes away in the middle.
 */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly database: ReportingDatabase) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      mergeMap(async (value: unknown) => {
        if (!(value instanceof Answer)) return value;
        context.switchToHttp().getResponse<FastifyReply>().type('application/json; charset=utf-8');
        return this.#body(value);
      }),
    );
  }

  async #body(answer: Answer): Promise<string | Readable> {
    if (!answer.statement) return '[]';
    const pieces = this.database.streamJson(answer.statement, answer.shape);
    const first = await pieces.next();
    const second = await pieces.next();
    if (second.done) return String(first.value);
    return Readable.from(continued([first.value ?? '', second.value], pieces), { objectMode: false });
  }
}

async function* continued(begun: readonly string[], rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield* begun;
    yield* rest;
  } finally {
    // Also when the reader goes away before `rest` was begun.
    await rest.return(undefined);
  }
}

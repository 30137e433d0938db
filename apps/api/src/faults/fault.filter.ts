import { types } from 'node:util';
import { Catch, HttpException, HttpStatus, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { DatabaseUnavailable, sqlStateOf } from '#libs/database/queries';
import { framesOf, harmless, messageOf, stackOf } from '#libs/domain';
import type { FastifyReply } from 'fastify';

const RETRY_AFTER_SECONDS = '5';

/** What a failed request answers: {statusCode, message, error}, and never a stack, SQL or a file's path. */
interface Fault {
  readonly status: number;
  readonly body: object;
}

@Catch()
export class FaultFilter implements ExceptionFilter {
  readonly #logger = new Logger(FaultFilter.name);

  catch(exception: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, body } = this.#describe(exception);
    if (status === Number(HttpStatus.SERVICE_UNAVAILABLE)) void reply.header('Retry-After', RETRY_AFTER_SECONDS);
    // Of a body that could not be made.
    void reply.removeHeader('content-encoding');
    void reply.status(status).type('application/json; charset=utf-8').send(body);
  }

  #describe(exception: unknown): Fault {
    if (exception instanceof DatabaseUnavailable) {
      const cause = exception.cause === undefined ? '' : `: ${publicMessageOf(exception.cause)}`;
      this.#logger.warn(exception.message + cause);
      this.#logger.debug(harmless(messageOf(exception.cause)));
      return fault(HttpStatus.SERVICE_UNAVAILABLE, exception.message, 'Service Unavailable');
    }
    if (exception instanceof HttpException) return describeHttpException(exception);
    const status = clientFaultStatus(exception);
    if (status) return fault(status, 'the request is malformed or too large', 'Bad Request');
    this.#logger.error(`internal error: ${publicMessageOf(exception)}`, publicStackOf(exception));
    if (sqlStateOf(exception) !== undefined) this.#logger.debug(harmless(messageOf(exception)));
    return fault(
      HttpStatus.INTERNAL_SERVER_ERROR,
      'something went wrong here; the log has it',
      'Internal Server Error',
    );
  }
}

function describeHttpException(exception: HttpException): Fault {
  const status = exception.getStatus();
  const response = exception.getResponse();
  if (status === Number(HttpStatus.NOT_FOUND)) return fault(status, 'no such endpoint: /index lists them', 'Not Found');
  // A health check says more than a sentence: what is down, and why.
  if (typeof response === 'object') return { status, body: response };
  return fault(status, response, exception.name);
}

/** Fastify's own faults of a request (a body too large, a malformed address) carry their status. */
function clientFaultStatus(exception: unknown): number | undefined {
  const status = types.isNativeError(exception) && 'statusCode' in exception ? Number(exception.statusCode) : 0;
  return status >= 400 && status < 500 ? status : undefined;
}

function fault(statusCode: number, message: string, error: string): Fault {
  return { status: statusCode, body: { statusCode, message, error } };
}

/** What the database says of a statement names tables and columns: its SQLSTATE stands for it in the log. */
function publicMessageOf(error: unknown): string {
  const sqlState = sqlStateOf(error);
  return sqlState === undefined ? harmless(messageOf(error)) : `SQLSTATE ${sqlState}`;
}

function publicStackOf(error: unknown): string | undefined {
  if (!types.isNativeError(error)) return undefined;
  return sqlStateOf(error) === undefined ? stackOf(error) : framesOf(error);
}

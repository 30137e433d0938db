import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { AccessGate } from '../access/access-gate.js';
import type { AccessScope } from '../access/access-scope.js';
import type { Metrics } from '../health/metrics.js';
import { headersOf, headersOfUnchanged } from './answer-headers.js';
import type { RememberedRequest } from './answer-memory.js';
import type { Answers } from './answers.js';
import { isKnown, type AnswerForm } from './finished-answer.js';

const MS_PER_DAY = 86_400_000;

/**
 * What tells a request from those that mean something else: what the sender may see, the UTC day, which ranges without
 * an end are counted from, and the URL as it came.
 */
export function requestName(scope: AccessScope, { url }: IncomingMessage): string {
  return `${scope.key} ${Math.floor(Date.now() / MS_PER_DAY)} ${url}`;
}

/**
 * Answers a request that was answered before as soon as it is let in, in front of the framework, whose machinery takes
 * longer than the answer. Whatever is not remembered, or not let in, goes on as ever.
 */
export function answerRepeatedRequests(
  { server }: FastifyInstance,
  answers: Answers,
  gate: AccessGate,
  metrics: Metrics,
): void {
  const [handle] = server.listeners('request') as RequestListener[];
  server.off('request', handle!);
  server.on('request', (request, response) => {
    // A server that stops tells its clients so.
    const scope = request.method === 'GET' && server.listening ? gate.scopeOf(request) : undefined;
    const remembered = scope && answers.recall(requestName(scope, request));
    const form = remembered?.answer.formFor(request.headers['accept-encoding']);
    if (!remembered || !form || form instanceof Promise) return handle!(request, response);
    const begun = performance.now();
    response.once('finish', () => {
      metrics.observeRequest('GET', remembered.route, response.statusCode, (performance.now() - begun) / 1000);
    });
    send(remembered, form, request, response);
  });
}

/** Answers 304 instead of an answer that the client has already. */
export function answerNotModified(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const etag = reply.getHeader('etag');
    if (reply.statusCode !== 200 || typeof etag !== 'string' || !isKnown(request.headers['if-none-match'], etag)) {
      done(null, payload);
    } else {
      void reply.code(304);
      for (const name of ['content-type', 'content-length', 'content-encoding']) void reply.removeHeader(name);
      done(null, null);
    }
  });
}

function send(
  { headers }: RememberedRequest,
  form: AnswerForm,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (isKnown(request.headers['if-none-match'], form.etag)) {
    response.writeHead(304, [...headers, ...headersOfUnchanged(form)]).end();
  } else {
    response.writeHead(200, [...headers, ...headersOf(form)]).end(form.body);
  }
}

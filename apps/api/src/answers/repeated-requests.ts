import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { headersOf } from './answer-headers.js';
import type { Answers } from './answers.js';
import { isKnown, type AnswerForm } from './finished-answer.js';

const MS_PER_DAY = 86_400_000;

/**
 * What tells a request from those that mean something else: the URL as it came, what the sender may see, and the UTC
 * day, which ranges without an end are counted from.
 */
export function requestName({ raw, accessScope }: FastifyRequest): string {
  return `${accessScope.key} ${Math.floor(Date.now() / MS_PER_DAY)} ${raw.url}`;
}

/**
 * Answers a request that was answered before as soon as it is let in, without parsing it again; and any whole answer
 * that the sender has already with 304. To be called after whatever decides who is let in.
 */
export function answerRepeatedRequests(fastify: FastifyInstance, answers: Answers): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const form =
      request.method === 'GET' ? answers.recall(requestName(request), request.headers['accept-encoding']) : undefined;
    if (form) send(form, request, reply);
    else done();
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const etag = reply.getHeader('etag');
    if (reply.statusCode !== 200 || typeof etag !== 'string' || !isKnown(request.headers['if-none-match'], etag)) {
      done(null, payload);
    } else {
      void reply.code(304).removeHeader('content-length');
      done(null, null);
    }
  });
}

/** Past Fastify, whose machinery would take longer than the answer; its `onResponse` hooks hear of it all the same. */
function send(form: AnswerForm, request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  const headers = headersOf(form);
  if (isKnown(request.headers['if-none-match'], form.etag)) {
    reply.raw.writeHead(304, headers).end();
  } else {
    headers['content-length'] = String(form.body.length);
    reply.raw.writeHead(200, headers).end(form.body);
  }
}

import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Takes the base path away where a proxy left it: every path answers with and without. */
export function withoutBasePath(basePath: string): (request: IncomingMessage) => string {
  return ({ url = '/' }) => (url.startsWith(basePath) ? url.slice(basePath.length - 1) : url);
}

/** Without its last slash the base path is redirected: the page's addresses are relative. */
export function redirectToBasePath(fastify: FastifyInstance, basePath: string): void {
  const bare = basePath.slice(0, -1);
  if (bare === '') return;
  fastify.addHook('onRequest', (request, reply, done) => {
    const [path = '', ...query] = request.originalUrl.split('?');
    if (path !== bare) return done();
    return void reply.redirect([basePath, ...query].join('?'), 308);
  });
}

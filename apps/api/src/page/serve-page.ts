import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PageFile, PageFiles } from './page-files.js';

/** Content never changes under a name that holds its hash. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * Serves the web page: `/` to whoever accepts HTML, as browsers say they do, and its assets. Scripts, and curl's `*\/*`, get the
 * index as JSON. To be called after compression is registered. The page shows no figures by itself, so it asks for no token.
 */
export function servePage(fastify: FastifyInstance, files: PageFiles): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isRoot(request)) return done();
    void reply.header('vary', 'Accept');
    if (!acceptsHtml(request)) return done();
    // The page of an older version would ask for assets that are gone.
    return void send(request, reply, files.index, 'no-cache');
  });
  fastify.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const file = files.assets.get(request.params.name);
    if (file) return send(request, reply, file, FOR_EVER);
    const message = `there is no asset ${request.params.name}`;
    return reply.code(404).send({ statusCode: 404, message, error: 'Not Found' });
  });
}

function isRoot({ method, url }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && (url === '/' || url.startsWith('/?'));
}

/** A media range with `q=0` says what is not accepted. */
function acceptsHtml({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === 'text/html' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

function send(request: FastifyRequest, reply: FastifyReply, file: PageFile, cacheControl: string): FastifyReply {
  void reply.headers({ etag: file.etag, 'cache-control': cacheControl });
  const known = request.headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (known?.some((one) => one === file.etag || one === '*')) return reply.code(304).send();
  return reply.type(file.type).send(file.body);
}

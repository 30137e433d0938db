import { createHash } from 'node:crypto';
import { PassThrough, pipeline, Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { LRUCache } from 'lru-cache';
import { NOTHING } from '../access/access-scope.js';
import { isStorable } from '../parameters/name-filter.js';

/** Compressed bytes that are kept; the response that was not requested for longest goes first. */
const MEMORY_BYTES = 64 * 1024 * 1024;
/** A longer response is streamed and forgotten. */
const ENTRY_BYTES = 8 * 1024 * 1024;
/** What all responses together may hold before they are sent: beyond it they are streamed, as slowly as they are read. */
const IN_FLIGHT_BYTES = 48 * 1024 * 1024;
/** Longer headers and addresses are nobody's dashboard. */
const KEY_CHARACTERS = 4096;
const MS_PER_DAY = 86_400_000;

/** Costs are for callers who may see them: only their own browser may keep them, and asks each time. */
const CACHE_CONTROL = 'private, no-cache';

interface Entry {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** A response that this request is the first to make. */
interface Making {
  readonly key: string;
  readonly etag: string;
  readonly done: (entry: Entry | undefined) => void;
}

export interface ResponseMemoryOptions {
  /** @throws DatabaseUnavailable: a kept response may be out of date, and is not sent. */
  readonly versionOf: (cluster: string | undefined) => Promise<string>;
  /** Of requests that name no cluster. */
  readonly clusterName: string | undefined;
}

/** Marks the routes whose responses depend on nothing but the address, the caller's scope, the UTC day and the data. */
export const KEPT_ROUTE = { keepsResponses: true } as const;

/**
 * Keeps responses of the routes that are marked, and sends them again for as long as the data version stands. The key of a
 * response is its scope, UTC day, normalised address, encoding and data version; a hash of the key is its ETag. Requests
 * for a response that is being made wait for it. To be called after compression is registered: it keeps compressed bytes.
 */
export function keepResponses(fastify: FastifyInstance, { versionOf, clusterName }: ResponseMemoryOptions): void {
  const memory = new LRUCache<string, Entry>({ maxSize: MEMORY_BYTES, sizeCalculation: sizeOf });
  const making = new Map<string, Promise<Entry | undefined>>();
  const makings = new WeakMap<FastifyRequest, Making>();
  let inFlightBytes = 0;

  const findKept: onRequestAsyncHookHandler = async (request, reply) => {
    if (request.method !== 'GET' || request.accessScope === NOTHING) return;
    const address = normalise(request);
    if (address === undefined) return;
    const { cluster } = request.query as { cluster?: unknown };
    if (Array.isArray(cluster) || !isStorable(String(cluster))) return;
    const named = typeof cluster === 'string' && cluster !== '' ? cluster : undefined;
    const version = await versionOf(named ?? request.accessScope.cluster ?? clusterName);
    const day = Math.floor(Date.now() / MS_PER_DAY);
    const key = JSON.stringify([request.accessScope.key, day, address, request.headers['accept-encoding'], version]);
    const etag = `"${createHash('sha256').update(key).digest('base64url').slice(0, 27)}"`;
    if (isUnchanged(request, etag)) return reply.code(304).headers({ etag, 'cache-control': CACHE_CONTROL }).send();

    const kept = memory.get(key);
    if (kept) return send(reply, kept);
    const underWay = making.get(key);
    const made = underWay && (await underWay);
    if (made) return send(reply, made);
    let done: Making['done'] = () => {};
    making.set(key, new Promise((resolve) => (done = resolve)));
    const finish = (entry: Entry | undefined) => {
      if (entry) memory.set(key, entry);
      making.delete(key);
      done(entry);
    };
    makings.set(request, { key, etag, done: finish });
    // However the request ends, nobody waits for it any longer.
    reply.raw.once('close', () => finishUnmade(request));
    return undefined;
  };

  const finishUnmade = (request: FastifyRequest) => {
    makings.get(request)?.done(undefined);
    makings.delete(request);
  };

  /** The whole body where it is short enough, else a stream of what was read and the rest. */
  const collect = async (body: Readable): Promise<Buffer | Readable> => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
    try {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return Buffer.concat(chunks);
        const chunk = Buffer.from(value);
        chunks.push(chunk);
        bytes += chunk.length;
        inFlightBytes += chunk.length;
        if (bytes > ENTRY_BYTES || inFlightBytes > IN_FLIGHT_BYTES) return resume(chunks, iterator, body);
      }
    } finally {
      inFlightBytes -= bytes;
    }
  };

  fastify.addHook('onRoute', (route) => {
    if ((route.config as Partial<typeof KEPT_ROUTE> | undefined)?.keepsResponses !== true) return;
    route.onRequest = [...[route.onRequest ?? []].flat(), findKept];
    route.onSend = [
      ...[route.onSend ?? []].flat(),
      async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
        const made = makings.get(request);
        if (!made) return payload;
        if (reply.statusCode !== 200) {
          finishUnmade(request);
          return payload;
        }
        void reply.headers({ 'cache-control': CACHE_CONTROL, vary: 'Accept-Encoding' });
        const body = isStream(payload) ? await collect(asReadable(payload)) : Buffer.from(payload as string | Buffer);
        if (!Buffer.isBuffer(body)) {
          finishUnmade(request);
          return body;
        }
        void reply.headers({ etag: made.etag, 'content-length': body.length });
        made.done({ body, headers: headersOf(reply) });
        makings.delete(request);
        return body;
      },
    ];
  });
}

/** Both spellings of a path are one, and so are parameters in another order; undefined: too long to be kept. */
function normalise({ url, headers }: FastifyRequest): string | undefined {
  if (url.length > KEY_CHARACTERS || (headers['accept-encoding'] ?? '').length > KEY_CHARACTERS) return undefined;
  const at = url.indexOf('?');
  if (at < 0) return url.replaceAll('_', '-');
  const parameters = new URLSearchParams(url.slice(at + 1));
  parameters.sort();
  return `${url.slice(0, at).replaceAll('_', '-')}?${parameters.toString()}`;
}

function isUnchanged({ headers }: FastifyRequest, etag: string): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return known.split(',').some((one) => one.trim().replace(/^W\//, '') === etag || one.trim() === '*');
}

function send(reply: FastifyReply, { body, headers }: Entry): FastifyReply {
  return reply.headers(headers).send(body);
}

const KEPT_HEADERS = ['content-type', 'content-encoding', 'content-length', 'cache-control', 'vary', 'etag'];

function headersOf(reply: FastifyReply): Record<string, string> {
  const present = KEPT_HEADERS.filter((name) => reply.hasHeader(name));
  return Object.fromEntries(present.map((name) => [name, String(reply.getHeader(name))]));
}

function sizeOf({ body }: Entry, key: string): number {
  return body.length + key.length + 1_000;
}

function isStream(payload: unknown): payload is NodeJS.ReadableStream {
  return typeof (payload as { pipe?: unknown }).pipe === 'function';
}

/** Compression gives a stream of another package's make. */
function asReadable(stream: NodeJS.ReadableStream): Readable {
  return stream instanceof Readable ? stream : pipeline(stream, new PassThrough(), () => undefined);
}

function resume(chunks: readonly Buffer[], iterator: AsyncIterator<Buffer | string>, source: Readable): Readable {
  const rest = new PassThrough();
  async function* all(): AsyncGenerator<Buffer | string> {
    yield* chunks;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  const joined = Readable.from(all(), { objectMode: false });
  joined.on('error', (error) => rest.destroy(error));
  rest.on('close', () => {
    joined.destroy();
    source.destroy();
  });
  return joined.pipe(rest);
}

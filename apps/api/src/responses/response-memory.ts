import { createHash } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { PassThrough, pipeline, Readable } from 'node:stream';
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
  onRequestHookHandler,
} from 'fastify';
import { LRUCache } from 'lru-cache';
import { NOTHING } from '../access/access-scope.js';
import { isStorable } from '../parameters/name-filter.js';
import type { DataVersions } from './data-versions.js';
import { SECURITY_HEADERS } from './security-headers.js';

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
  readonly etag: string;
  readonly headers: OutgoingHttpHeaders;
}

/** A response that this request is the first to make. */
interface Making {
  readonly key: string;
  readonly etag: string;
  readonly done: (entry: Entry | undefined) => void;
}

export interface ResponseMemoryOptions {
  readonly versions: DataVersions;
  /** Of requests that name no cluster. */
  readonly clusterName: string | undefined;
}

/** Marks the routes whose responses depend on nothing but the address, the caller's scope, the UTC day and the data. */
export const KEPT_ROUTE = { keepsResponses: true } as const;

/**
 * Keeps responses of the routes that are marked, and sends them again for as long as the data version stands. The key of a
 * response is its scope, UTC day, normalised address, encoding and data version; a hash of the key is its ETag. Requests
 * for a response that is being made wait for it. To be called after compression is registered, because it keeps compressed
 * bytes; and before requests are limited, because what is kept takes no turn from others.
 */
export function keepResponses(fastify: FastifyInstance, { versions, clusterName }: ResponseMemoryOptions): void {
  const memory = new LRUCache<string, Entry>({ maxSize: MEMORY_BYTES, sizeCalculation: sizeOf });
  const making = new Map<string, Promise<Entry | undefined>>();
  const makings = new WeakMap<FastifyRequest, Making>();
  let inFlightBytes = 0;

  const sendIfKept = (request: FastifyRequest, reply: FastifyReply, key: string): boolean => {
    const kept = memory.get(key);
    if (kept) void send(request, reply, kept);
    return kept !== undefined;
  };

  /** Nothing here waits: most requests of a dashboard end here. */
  const sendKept: onRequestHookHandler = (request, reply, done) => {
    const address = addressOf(request, clusterName);
    const version = address && versions.known(address.cluster);
    if (!address || version === undefined || !sendIfKept(request, reply, keyOf(address, version))) done();
  };

  const findKept: onRequestAsyncHookHandler = async (request, reply) => {
    const address = addressOf(request, clusterName);
    if (!address) return;
    const key = keyOf(address, await versions.of(address.cluster));
    const etag = etagOf(key);
    if (isUnchanged(request, etag)) return sendUnchanged(reply, etag);
    if (sendIfKept(request, reply, key)) return reply;
    const underWay = making.get(key);
    const made = underWay && (await underWay);
    if (made) return send(request, reply, made);
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

  fastify.addHook('onRequest', sendKept);
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
        made.done({ body, etag: made.etag, headers: headersOf(reply) });
        makings.delete(request);
        return body;
      },
    ];
  });
}

interface Address {
  /** What the key of a response holds beside the data version. */
  readonly place: string;
  /** Whose data version counts; undefined: every cluster's. */
  readonly cluster: string | undefined;
}

/** undefined: nothing is kept for such a request. */
function addressOf(request: FastifyRequest, clusterName: string | undefined): Address | undefined {
  const { accessScope, headers, method, url } = request;
  const encodings = headers['accept-encoding'] ?? '';
  if (method !== 'GET' || accessScope === NOTHING || !isKept(request)) return undefined;
  if (url.length > KEY_CHARACTERS || encodings.length > KEY_CHARACTERS) return undefined;
  const { cluster } = request.query as { cluster?: unknown };
  if (Array.isArray(cluster) || !isStorable(String(cluster))) return undefined;
  const named = typeof cluster === 'string' && cluster !== '' ? cluster : undefined;
  return {
    place: `${encodings}\n${normalise(url)}\n${accessScope.key}`,
    cluster: named ?? accessScope.cluster ?? clusterName,
  };
}

function keyOf({ place }: Address, version: string): string {
  return `${Math.floor(Date.now() / MS_PER_DAY)}\n${version}\n${place}`;
}

function etagOf(key: string): string {
  return `"${createHash('sha256').update(key).digest('base64url').slice(0, 27)}"`;
}

/** Whether the route of a request is marked. */
export function isKept({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as Partial<typeof KEPT_ROUTE> | undefined)?.keepsResponses === true;
}

/** Both spellings of a path are one, and so are parameters in another order. */
function normalise(url: string): string {
  const known = normalised.get(url);
  if (known !== undefined) return known;
  const at = url.indexOf('?');
  const parameters = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
  parameters.sort();
  const address = `${(at < 0 ? url : url.slice(0, at)).replaceAll('_', '-')}?${parameters.toString()}`;
  normalised.set(url, address);
  return address;
}

/** Half of the time of a repeated request would go into this. */
const normalised = new LRUCache<string, string>({ max: 1_000 });

function isUnchanged({ headers }: FastifyRequest, etag: string): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return known.split(',').some((one) => one.trim().replace(/^W\//, '') === etag || one.trim() === '*');
}

/** Past what Fastify does to a payload, which is the larger part of the time of a repeated request. */
function send(request: FastifyRequest, reply: FastifyReply, { body, etag, headers }: Entry): FastifyReply {
  if (isUnchanged(request, etag)) return sendUnchanged(reply, etag);
  reply.hijack();
  reply.raw.writeHead(200, headers).end(body);
  return reply;
}

function sendUnchanged(reply: FastifyReply, etag: string): FastifyReply {
  return reply.code(304).headers({ etag, 'cache-control': CACHE_CONTROL }).send();
}

const KEPT_HEADERS = [
  ...Object.keys(SECURITY_HEADERS),
  'content-type',
  'content-disposition',
  'content-encoding',
  'content-length',
  'cache-control',
  'vary',
  'etag',
  'x-groups',
  'x-unknown',
];

function headersOf(reply: FastifyReply): OutgoingHttpHeaders {
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

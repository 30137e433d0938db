import type { Socket } from 'node:net';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isKept } from './response-memory.js';

/** Requests of one connection that are worked on at once: HTTP/1.1 lets a client send many before it reads anything. */
const PER_CONNECTION = 2;
/** Of one client address, or IPv6 network of 64 bits: a dashboard loads some twenty panels at once. */
const PER_ADDRESS = 32;
/** How long a client may take nothing of what it is sent; while others wait for its place; and for the database. */
const STALL_MS = 30_000;
const STALL_WHILE_WAITED_FOR_MS = 2_000;
const STALL_WHILE_BUSY_MS = 500;
const SWEEP_MS = 100;
const SERVICE_UNAVAILABLE = 503;

/** How much of a response its client had taken when, which tells whether it still reads. */
interface Progress {
  bytes: number;
  sinceMs: number;
}

export interface RequestLimitOptions {
  /** Whether somebody waits for the database. */
  readonly isBusy: () => boolean;
  /** Most requests for one endpoint's figures that an address has worked on at once: the rest of the database is for others. */
  readonly perEndpoint: number;
}

/**
 * Keeps one client from holding what all need. Few requests of a connection, of an address, and of an address for the
 * figures of one endpoint are worked on at once; the others wait. So requests for the longest responses, on however many
 * connections, keep nobody from the other endpoints, not even clients behind the same proxy. A client that reads nothing for too long loses its connection, which gives its database connection back.
 */
export function limitRequests(fastify: FastifyInstance, { isBusy, perEndpoint }: RequestLimitOptions): void {
  // A listener for each request of a connection that waits.
  fastify.server.on('connection', (socket) => {
    socket.setMaxListeners(0);
    addresses.set(socket, normalizeIP(socket.remoteAddress ?? ''));
  });
  const addresses = new WeakMap<Socket, string>();
  const ofConnection = new Slots<Socket>(PER_CONNECTION);
  const ofEndpoint = new Slots<string>(perEndpoint);
  const ofAddress = new Slots<string>(PER_ADDRESS);
  const sending = new Map<FastifyReply, Progress>();
  // While the database is away nobody waits for a place: each is told so as soon as it can be known.
  let isAway = false;

  fastify.addHook('onRequest', async (request, reply) => {
    const ended = onceEnded(request, reply);
    ended(() => sending.delete(reply));
    const { socket } = request.raw;
    const address = addresses.get(socket) ?? '';
    ended(await ofConnection.enter(socket, socket));
    if (isKept(request)) {
      ended(() => {
        if (!reply.raw.headersSent) return;
        isAway = reply.statusCode === SERVICE_UNAVAILABLE;
        if (isAway) ofEndpoint.admitAll();
      });
      // Both spellings of a path are one endpoint.
      const endpoint = request.routeOptions.url?.replaceAll('_', '-');
      if (!isAway) ended(await ofEndpoint.enter(`${address} ${endpoint}`, socket));
    }
    ended(await ofAddress.enter(address, socket));
    // Nobody is there for whom to ask the database.
    return socket.destroyed ? reply.hijack() : undefined;
  });
  fastify.addHook('onSend', async (request, reply, payload) => {
    // A response that was made for a connection that has ended has nobody left to hear of its own end.
    if (!request.raw.socket.destroyed) {
      sending.set(reply, { bytes: reply.raw.socket?.bytesWritten ?? 0, sinceMs: performance.now() });
    }
    return payload;
  });

  const sweep = setInterval(() => {
    const now = performance.now();
    const isWaitedFor = ofEndpoint.hasWaiting || ofAddress.hasWaiting;
    const patienceMs = isBusy() ? STALL_WHILE_BUSY_MS : isWaitedFor ? STALL_WHILE_WAITED_FOR_MS : STALL_MS;
    for (const [reply, progress] of sending) {
      const { socket } = reply.raw;
      // Bytes that the operating system took: what waits in the process for a client that does not read is not among them.
      const bytes = socket ? socket.bytesWritten - socket.writableLength : progress.bytes;
      if (bytes !== progress.bytes || !reply.raw.headersSent) {
        Object.assign(progress, { bytes, sinceMs: now });
      } else if (reply.raw.writableNeedDrain || socket?.writableNeedDrain) {
        if (now - progress.sinceMs > patienceMs) socket?.destroy();
      } else {
        progress.sinceMs = now;
      }
    }
  }, SWEEP_MS);
  sweep.unref();
  fastify.addHook('onClose', async () => clearInterval(sweep));
}

/**
 * Calls what is given to it once the response has ended or its connection has: a response that waits for others of its
 * connection does not hear of the latter. What is given after that is called at once.
 */
function onceEnded(request: FastifyRequest, reply: FastifyReply): (leave: () => void) => void {
  const { socket } = request.raw;
  let leaves: (() => void)[] | undefined = [];
  const end = () => {
    socket.off('close', end);
    for (const leave of leaves ?? []) leave();
    leaves = undefined;
  };
  reply.raw.once('close', end);
  socket.once('close', end);
  return (leave) => {
    if (leaves && !socket.destroyed) leaves.push(leave);
    else leave();
  };
}

/** A bounded number of places for each key; those for whom there is none wait their turn. */
class Slots<Key> {
  readonly #taken = new Map<Key, number>();
  readonly #waiting = new Map<Key, Set<(isAdmitted: boolean) => void>>();

  constructor(private readonly most: number) {}

  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Waits for a place, and returns what gives it back. A client that goes while it waits keeps none. */
  async enter(key: Key, socket: Socket): Promise<() => void> {
    while ((this.#taken.get(key) ?? 0) >= this.most && !socket.destroyed) {
      if (await this.#turn(key, socket)) break;
    }
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      this.#leave(key);
    };
  }

  /** Lets all in that wait, at once. */
  admitAll(): void {
    for (const waiting of this.#waiting.values()) for (const admit of waiting) admit(true);
  }

  /** Until a place is free or the client has gone; true: admitted without a place. Who waits no longer must not be in the queue: its turn would be lost. */
  async #turn(key: Key, socket: Socket): Promise<boolean> {
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting);
    return new Promise((resolve) => {
      const wake = (isAdmitted: boolean) => {
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(key);
        socket.off('close', leave);
        resolve(isAdmitted);
      };
      const leave = () => wake(false);
      waiting.add(wake);
      socket.once('close', leave);
    });
  }

  #leave(key: Key): void {
    const left = (this.#taken.get(key) ?? 1) - 1;
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
    const [next] = this.#waiting.get(key) ?? [];
    next?.(false);
  }
}

import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Less than the 30 s that Kubernetes waits before it kills. */
const GRACE_MS = 25_000;
const SWEEP_MS = 100;

/**
 * Lets a stopping server end. Node waits for every connection that is not idle, and counts one that never carried a
 * request (a browser's or a proxy's spare) as not idle. Those are closed at once; requests under way get time to end, and
 * their connections are closed then, rather than when they have been idle for long.
 */
export function endConnectionsOnClose(fastify: FastifyInstance): void {
  const spare = new Set<Socket>();
  fastify.server.on('connection', (socket) => {
    spare.add(socket);
    socket.once('close', () => spare.delete(socket));
  });
  fastify.server.on('request', ({ socket }) => spare.delete(socket));
  fastify.addHook('preClose', (done) => {
    for (const socket of spare) socket.destroy();
    const sweep = setInterval(() => fastify.server.closeIdleConnections(), SWEEP_MS).unref();
    fastify.server.once('close', () => clearInterval(sweep));
    setTimeout(() => fastify.server.closeAllConnections(), GRACE_MS).unref();
    done();
  });
}

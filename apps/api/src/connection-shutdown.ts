import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Less than the 30 s that Kubernetes waits before it kills. */
const GRACE_MS = 25_000;
const SWEEP_MS = 100;

/**
 * Lets a stopping server end. Responses under way get time to arrive; connections without one are closed. Node's own
 * `closeIdleConnections` would cut a response whose last byte is written but not sent yet, and leave a connection that never
 * carried a request (a browser's or a proxy's spare), so it is replaced.
 */
export function endConnectionsOnClose(fastify: FastifyInstance): void {
  const { server } = fastify;
  // Responses of a connection are sent in the order of their requests.
  const lastResponses = new Map<Socket, ServerResponse | undefined>();
  server.on('connection', (socket) => {
    lastResponses.set(socket, undefined);
    socket.once('close', () => lastResponses.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    if (lastResponses.has(socket)) lastResponses.set(socket, response);
  });
  server.closeIdleConnections = () => {
    for (const [socket, response] of lastResponses) if (response?.closed ?? true) socket.destroy();
  };
  fastify.addHook('preClose', (done) => {
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS).unref();
    server.once('close', () => clearInterval(sweep));
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
    done();
  });
}

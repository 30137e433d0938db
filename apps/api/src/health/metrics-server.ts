import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { METRICS_CONTENT_TYPE, type Metrics } from './metrics.js';

const MOST_CONNECTIONS = 64;
const RECEIVE_TIMEOUT_MS = 10_000;

/**
 * `/metrics` alone, on a port of its own: who may reach it is for the network to say, so it needs no token.
 *
 * @returns closes the port.
 */
export async function serveMetrics(metrics: Metrics, port: number, host: string): Promise<() => void> {
  const server = createServer({ requestTimeout: RECEIVE_TIMEOUT_MS }, (request, response) => {
    respond(metrics, request, response).catch(() => response.destroy());
  });
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ port, host }, resolve));
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

async function respond(metrics: Metrics, { method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (method !== 'GET' || url?.split('?', 1)[0] !== '/metrics') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('here is /metrics only\n');
    return;
  }
  const text = await metrics.expose();
  response.writeHead(200, { 'content-type': METRICS_CONTENT_TYPE }).end(text);
}

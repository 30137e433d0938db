import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A TCP port of 127.0.0.1 that nobody listens on. It lies below the ranges that systems take outgoing ports from: a
 * client that keeps reconnecting while the server is down can otherwise end up connected to itself, and holds the port.
 */
export async function findFreePort(): Promise<number> {
  const port = randomInt(20_000, 32_000);
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
  return isFree ? port : findFreePort();
}

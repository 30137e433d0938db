import { once } from 'node:events';
import { createServer } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ApiConfig } from '#libs/config';
import { serveMetrics } from './health/metrics-server.js';
import { Metrics } from './health/metrics.js';

/** IPv6 and IPv4 at once; IPv4 alone, where the machine has no IPv6. */
const EVERY_ADDRESS = ['::', '0.0.0.0'];

/** Opens the ports of the API: first that of the metrics, as who hears on the other one takes the API for ready. */
export async function listen(app: NestFastifyApplication, { port, metricsPort, ...config }: ApiConfig): Promise<void> {
  const host = config.host ?? (await findAddress(EVERY_ADDRESS));
  if (metricsPort !== undefined) {
    const close = await serveMetrics(app.get(Metrics), metricsPort, host);
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onClose', async () => close());
  }
  await app.listen(port, host);
}

/** The first of them on which this machine can listen, else the last. */
export async function findAddress(addresses: readonly string[]): Promise<string> {
  for (const host of addresses) {
    const server = createServer().listen({ port: 0, host });
    try {
      await once(server, 'listening');
      return host;
    } catch {
      // The next one.
    } finally {
      server.close();
    }
  }
  return addresses.at(-1)!;
}

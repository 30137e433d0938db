import { Agent, get } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fastify } from 'fastify';
import { endConnectionsOnClose } from './connection-shutdown.js';

it('keeps nothing of the requests that a connection has had', async () => {
  const server = fastify();
  endConnectionsOnClose(server);
  let socket: Socket | undefined;
  server.get('/', async ({ raw }) => {
    socket = raw.socket;
    return 'response';
  });
  await server.listen({ port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const request = () =>
    new Promise<void>((resolve, reject) => {
      const { port } = server.server.address() as AddressInfo;
      get({ port, agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
  try {
    await request();
    const [first, listeners] = [socket, socket!.listenerCount('close')];
    for (let count = 0; count < 20; count++) await request();
    expect(socket).toBe(first);
    expect(socket!.listenerCount('close')).toBe(listeners);
  } finally {
    agent.destroy();
    await server.close();
  }
});

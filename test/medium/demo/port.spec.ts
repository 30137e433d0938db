import { createServer, type AddressInfo } from 'node:net';
import { checkPort } from '../../../apps/demo/src/serve-api.js';

it('the demo says at once that its port is taken, and which other one to choose', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await expect(checkPort({ PORT: String(port) })).rejects.toThrow(`port ${port} cannot be used (EADDRINUSE): choose`);
  await new Promise((resolve) => server.close(resolve));
  await checkPort({ PORT: String(port) });
  await expect(checkPort({ PORT: 'abc' })).rejects.toThrow('PORT');
});

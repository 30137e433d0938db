import { networkInterfaces } from 'node:os';
import { databaseOfFile, type TestDatabase } from '../../support/database.js';
import { RunningApi } from './running-api.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await databaseOfFile();
});
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');

it('the API and its metrics listen on IPv4, and on IPv6 where there is any', async () => {
  const api = await RunningApi.start(database.url, 'alpha', { host: undefined, metricsPort: 0 });
  try {
    const { port } = new URL(api.url);
    for (const host of hasIpv6 ? ['127.0.0.1', '[::1]'] : ['127.0.0.1']) {
      expect((await fetch(`http://${host}:${port}/live`)).status).toBe(200);
    }
  } finally {
    await api.stop();
  }
});

it('the API listens on the address that it was given, and on no other', async () => {
  const api = await RunningApi.start(database.url, 'alpha', { host: '127.0.0.1' });
  try {
    const { port } = new URL(api.url);
    await expect(fetch(`http://127.0.0.2:${port}/live`)).rejects.toThrow('fetch failed');
  } finally {
    await api.stop();
  }
});

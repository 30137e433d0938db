import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendToWebhook } from './webhook.js';

const ALERT = { id: 'alert-1', text: 'budget <prod> passed 80%' };
const TIMING = { timeoutMs: 2_000, pausesMs: [10, 10] };

describe('the webhook', () => {
  let server: Server;
  let received: { headers: IncomingMessage['headers']; body: string; url: string }[];
  let respond: (response: ServerResponse) => void;
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;

  beforeEach(async () => {
    received = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ headers: request.headers, body, url: request.url! });
        respond(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const send = (address = url(), signal = new AbortController().signal, secret = 's3cret') =>
    sendToWebhook({ url: address, secret }, ALERT, signal, TIMING);
  const status =
    (code: number, headers = {}) =>
    (response: ServerResponse) =>
      response.writeHead(code, headers).end();

  it('gets JSON that Slack understands, signed over id, time and body', async () => {
    respond = status(200);
    expect(await send()).toBeUndefined();
    const [{ headers, body }] = received as [(typeof received)[0]];
    expect(JSON.parse(body)).toEqual({ text: ALERT.text });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'alert-1' });
    const signed = `alert-1.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', 's3cret').update(signed).digest('base64')}`);
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('is signed with the bytes of a secret that is base64 by its prefix', async () => {
    respond = status(204);
    const key = Buffer.from('of-a-test');
    await send(url(), undefined, `whsec_${key.toString('base64')}`);
    const [{ headers, body }] = received as [(typeof received)[0]];
    const signed = `alert-1.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  });

  it.each([500, 503, 429, 408])('that responds %i is asked three times', async (code) => {
    respond = status(code);
    expect(await send()).toEqual({ why: `HTTP ${code}`, isOfAlert: false });
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['alert-1', 'alert-1', 'alert-1']);
  });

  it('that comes back gets the alert', async () => {
    respond = (response) => status(received.length < 3 ? 500 : 200)(response);
    expect(await send()).toBeUndefined();
    expect(received).toHaveLength(3);
  });

  it.each([400, 404, 410])('that responds %i is not asked again: it does not want this alert', async (code) => {
    respond = status(code);
    expect(await send()).toEqual({ why: `HTTP ${code}`, isOfAlert: true });
    expect(received).toHaveLength(1);
  });

  it.each([301, 302, 307, 308])('that redirects with %i is not followed', async (code) => {
    respond = status(code, { location: '/elsewhere' });
    expect(await send()).toEqual({ why: `HTTP ${code}: it redirects, which is not followed`, isOfAlert: false });
    expect(new Set(received.map((one) => one.url))).toEqual(new Set(['/hook']));
  });

  it('that does not respond is not waited for', async () => {
    respond = () => undefined;
    expect(await send()).toEqual({ why: 'it did not respond in time', isOfAlert: false });
  });

  it('that sends without an end is not read', async () => {
    respond = (response) => {
      response.writeHead(200);
      response.write('x'.repeat(1024));
    };
    expect(await send()).toBeUndefined();
  });

  it('that is down is named by the error alone, as its address is a secret', async () => {
    const address = url();
    await new Promise((resolve) => server.close(resolve));
    expect(await send(address)).toEqual({ why: 'it cannot be reached (ECONNREFUSED)', isOfAlert: false });
    expect(await send('http://hooks.invalid/secret')).toEqual({
      why: expect.stringMatching(/^it cannot be reached \(E\w+\)$/),
      isOfAlert: false,
    });
  });

  it('is left when the sync stops', async () => {
    const stop = new AbortController();
    respond = () => stop.abort();
    expect(await send(url(), stop.signal)).toEqual({ why: 'the sync was stopped', isOfAlert: false });
    expect(received).toHaveLength(1);
  });
});

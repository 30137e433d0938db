import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PrometheusConfig } from '#libs/config';
import { PrometheusClient } from './prometheus.client.js';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const QUERY = { name: 'the weather', promql: 'sum by (namespace) (up{job="a b", team=~"ü|é+"}) * 100 > 0 & ~x' };
const INSTANT = new Date('2026-03-02T23:59:59.999Z');

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
/** As RFC 3986 has it, which is stricter than encodeURIComponent. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** The signature of a request as AWS documents it ("Create a signed AWS API request"), by hand. */
function signatureOf({ method, url = '', headers }: IncomingMessage, body: string, signed: string[], scope: string) {
  const { pathname, searchParams } = new URL(url, 'http://any');
  const path = pathname.split('/').map(encode).join('/');
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const canonicalHeaders = signed.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}\n`);
  const canonical = [method, path, query.join('&'), canonicalHeaders.join(''), signed.join(';'), sha256(body)];
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical.join('\n'))].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  return hmac(key, toSign).toString('hex');
}

/** What AWS does with a request's signature; the sentence is why it refuses, or undefined. */
function faultOf(request: IncomingMessage, body: string, region: string): string | undefined {
  const parts = /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
    request.headers.authorization ?? '',
  );
  if (!parts) return 'Missing Authentication Token';
  const [, scope = '', names = '', signature] = parts;
  const signed = names.split(';');
  const date = String(request.headers['x-amz-date']);
  if (scope !== `${date.slice(0, 8)}/${region}/aps/aws4_request`) return `Credential should be scoped to ${region}/aps`;
  const missing = ['content-type', 'host', 'x-amz-date'].filter((name) => !signed.includes(name));
  if (missing.length > 0) return `not signed: ${missing.join()}`;
  if (request.headers['x-amz-security-token'] && !signed.includes('x-amz-security-token')) return 'token is not signed';
  if (Math.abs(Date.now() - dateOf(date)) > 300_000) return 'Signature expired';
  if (request.headers['x-amz-content-sha256'] !== sha256(body)) return 'the hash is not that of the body';
  return signatureOf(request, body, signed, scope) === signature ? undefined : 'The signature does not match';
}

const dateOf = (text: string) => Date.parse(text.replace(/(....)(..)(..T..)(..)(..)Z/, '$1-$2-$3:$4:$5Z'));

describe('Amazon Managed Service for Prometheus', () => {
  const environment = { ...process.env };
  let server: Server;
  let url: string;
  let bodies: string[];
  let headers: IncomingMessage['headers'][];

  beforeEach(async () => {
    [bodies, headers] = [[], []];
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: SECRET });
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        bodies.push(body);
        headers.push(request.headers);
        const fault = faultOf(request, body, 'us-west-2');
        const data = { resultType: 'vector', result: [{ metric: {}, value: [INSTANT.getTime() / 1000, '7'] }] };
        response
          .writeHead(fault ? 403 : 200, { 'content-type': 'application/json' })
          .end(JSON.stringify(fault ? { message: fault } : { status: 'success', data }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/workspaces/ws-a1b2%20c3`;
  });

  afterEach(async () => {
    process.env = { ...environment };
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const ask = (more: Partial<PrometheusConfig> = {}) => {
    const nobody = { username: undefined, password: undefined, bearerToken: undefined, tenant: undefined };
    const config = { url, ...nobody, sigv4Region: 'us-west-2', ...more };
    return new PrometheusClient(config, { retryPausesMs: [] }).fetchInstant(QUERY, INSTANT);
  };

  it('gets requests whose signature covers path, headers and body, and no other authorization', async () => {
    expect(await ask()).toEqual([{ labels: {}, value: 7 }]);
    expect(Object.fromEntries(new URLSearchParams(bodies[0]))).toEqual({
      query: QUERY.promql,
      time: '1772495999.999',
      timeout: '120s',
      partial_response: 'false',
    });
    expect(headers[0]!['x-amz-security-token']).toBeUndefined();
  });

  it('gets the session token of temporary credentials, signed', async () => {
    process.env['AWS_SESSION_TOKEN'] = 'FwoGZXIvYXdzEXAMPLE==';
    expect(await ask()).toHaveLength(1);
    expect(headers[0]!['x-amz-security-token']).toBe('FwoGZXIvYXdzEXAMPLE==');
  });

  it('refuses in words that lead to the role and the region, not to a password', async () => {
    await expect(ask({ sigv4Region: 'eu-west-1' })).rejects.toThrow(
      /HTTP 403: Credential should be scoped to us-west-2\/aps \(the role of this process needs aps:QueryMetrics .*PROMETHEUS_SIGV4_REGION/,
    );
    process.env['AWS_SECRET_ACCESS_KEY'] = 'another';
    await expect(ask()).rejects.toThrow(/HTTP 403: The signature does not match/);
  });

  it('gets no signature where no region is set', async () => {
    await expect(ask({ sigv4Region: undefined })).rejects.toThrow(/HTTP 403: Missing Authentication Token/);
    expect(headers[0]).not.toHaveProperty('authorization');
  });

  it('is not asked at all without credentials', async () => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });
    await expect(ask()).rejects.toThrow(
      /asked for the weather: not asked: no AWS credentials to sign with \(CredentialsProviderError\)/,
    );
    expect(bodies).toEqual([]);
  });
});

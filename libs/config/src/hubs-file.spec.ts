import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseApiConfig } from './api-config.js';

const KEY = Buffer.alloc(32, 1).toString('base64');
const GIVEN = {
  hub: 'prod',
  url: 'https://jupyter.example.org/hub/',
  clientId: 'service-costs',
  clientSecret: 'hush',
  callbackUrl: 'https://costs.example.org/oauth_callback',
};

function parse(content: unknown, more: Record<string, string> = {}, mode = 0o600) {
  const path = join(mkdtempSync(join(tmpdir(), 'hubs-')), 'hubs.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(path, mode);
  return parseApiConfig({
    DATABASE_URL: 'postgres://costs@localhost/costs',
    CLUSTER_NAME: 'alpha',
    HUBS_FILE: path,
    SESSION_KEY: KEY,
    ...more,
  });
}

it('reads a hub, with what follows from what is given', () => {
  expect(parse([GIVEN]).hubs).toEqual([
    {
      ...GIVEN,
      url: 'https://jupyter.example.org/hub',
      apiUrl: 'https://jupyter.example.org/hub/api',
      cluster: 'alpha',
      clusterAdmins: [],
      adminScope: undefined,
    },
  ]);
});

it('reads the Hub that runs the service from its variables', () => {
  const config = parse([{ hub: 'prod', clusterAdmins: ['ann'] }], {
    JUPYTERHUB_BASE_URL: '/jupyter/',
    JUPYTERHUB_API_URL: 'http://127.0.0.1:8081/jupyter/hub/api',
    JUPYTERHUB_CLIENT_ID: 'service-costs',
    JUPYTERHUB_API_TOKEN: 'hush',
    JUPYTERHUB_OAUTH_CALLBACK_URL: '/jupyter/services/costs/oauth_callback',
    JUPYTERHUB_SERVICE_PREFIX: '/jupyter/services/costs/',
  });
  expect(config.basePath).toBe('/jupyter/services/costs/');
  expect(config.hubs).toEqual([
    {
      hub: 'prod',
      cluster: 'alpha',
      url: '/jupyter/hub',
      apiUrl: 'http://127.0.0.1:8081/jupyter/hub/api',
      clientId: 'service-costs',
      clientSecret: 'hush',
      callbackUrl: '/jupyter/services/costs/oauth_callback',
      clusterAdmins: ['ann'],
      adminScope: undefined,
    },
  ]);
});

it.each([
  ['[', /HUBS_FILE: is not JSON/],
  [[], /HUBS_FILE: must be a JSON array/],
  [{}, /HUBS_FILE: must be a JSON array/],
  [[1], /entry 1: must be an object/],
  [[{ ...GIVEN, hub: '' }], /entry 1: hub: is required/],
  [[{ ...GIVEN, url: undefined }], /entry 1: url: is required/],
  [[{ ...GIVEN, url: 'jupyter' }], /entry 1: url: must be a URL/],
  [[{ ...GIVEN, clientSecret: undefined }], /entry 1: clientSecret: is required/],
  [[{ ...GIVEN, callbackUrl: 'https://costs.example.org/' }], /entry 1: callbackUrl: must end with/],
  [[{ ...GIVEN, admins: ['ann'] }], /entry 1: may hold hub, cluster/],
  [[{ ...GIVEN, clusterAdmins: 'ann' }], /entry 1: clusterAdmins: must be a list/],
  [[GIVEN, GIVEN], /entry 2: hub: another entry has it/],
])('refuses %j', (content, fault) => {
  expect(() => parse(content)).toThrow(fault);
});

it('repeats no secret', () => {
  expect(() => parse([{ ...GIVEN, clientSecret: 'hush', more: 'hush' }])).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hush') }),
  );
});

it('refuses a file that others may write, and a login without a key', () => {
  expect(() => parse([GIVEN], {}, 0o622)).toThrow(/chmod go-w/);
  expect(() => parse([GIVEN], { SESSION_KEY: '' })).toThrow(/SESSION_KEY: is required with HUBS_FILE/);
});

it.each(['short', 'x'.repeat(32), `${KEY},short`, `${KEY},`])('refuses the session key %s', (key) => {
  expect(() => parse([GIVEN], { SESSION_KEY: key })).toThrow(/SESSION_KEY: must be 32 bytes/);
});

it('takes keys as base64 and as hexadecimal digits, several of them', () => {
  const hex = Buffer.from(KEY, 'base64').toString('hex');
  expect(parse([GIVEN], { SESSION_KEY: `${hex}, ${KEY}` }).sessionKeys).toEqual([KEY, KEY]);
});

it.each([
  ['/services/costs', '/services/costs/'],
  ['/services/costs/', '/services/costs/'],
  ['/', '/'],
])('takes the base path %s', (given, taken) => {
  expect(parse([GIVEN], { BASE_PATH: given }).basePath).toBe(taken);
});

it.each(['services', '//evil.example/', '/a b', '/a?b', 'https://x/'])('refuses the base path %s', (given) => {
  expect(() => parse([GIVEN], { BASE_PATH: given })).toThrow(/BASE_PATH: must be a path/);
});

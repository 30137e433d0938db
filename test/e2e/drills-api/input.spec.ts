import { request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import fc from 'fast-check';
import { makeToken } from '../../../apps/api/src/access/new-token.js';
import { fillEstate } from '../../medium/api/estate.js';
import { RunningApi } from '../../medium/api/running-api.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { roundsFrom, SEED } from '../drills/drill-settings.js';
import { arbitraryRequest } from './arbitrary-request.js';

/** 10,000 take a minute or two. */
const QUERIES = roundsFrom('DRILL_QUERIES', 10_000);

/** A stack, SQL, a file's path, an address or a password. */
const INTERNALS =
  /\n\s+at |node_modules|\.(?:ts|js):\d|\bSELECT\b|\bFROM reporting|syntax error|invalid (?:input|byte)|pg_|postgres|password|127\.0\.0\.1/i;
/** Of hubs that are not the scoped token's: users, amounts and names that are in no parameter of a fault. */
const OTHERS = /staging|carol|elsewhere|"account"|support/;
/** The charges of FOCUS name cost without a hub tag so, which every hub bears a part of. */
const othersOf = (body: string) => (body.startsWith('BillingAccountId') ? /staging|carol|elsewhere/ : OTHERS);

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const admin = makeToken('admin', []);
const prod = makeToken('prod', ['prod']);

let database: TestDatabase;
let api: RunningApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await fillEstate(database.url);
  const sha256 = ({ entry }: typeof admin) => entry.hash.replace('sha256:', '');
  api = await RunningApi.start(database.url, 'alpha', {
    tokens: [
      { name: 'admin', sha256: sha256(admin), hubs: undefined, cluster: undefined, shared: true },
      { name: 'prod', sha256: sha256(prod), hubs: ['prod'], cluster: 'alpha', shared: true },
    ],
  });
});

afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

/** Asks without mending the target, as `fetch` would; on a connection of its own, as one with nonsense on it is cut. */
async function send(method: string, target: string, token: string, body?: string): Promise<Answer> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const asked = request({ agent: false, hostname, port, method, path: target, headers }, (response) => {
      textOf(response).then(
        (answered) =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            body: answered,
          }),
        reject,
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function expectHarmless(asked: string, { status, type, body }: Answer, allowed: readonly number[]): void {
  expect({ asked, status, allowed: allowed.includes(status) }).toEqual({ asked, status, allowed: true });
  if (!/json|csv/.test(type)) return;
  if (type.includes('json') && body !== '') expect(() => JSON.parse(body) as unknown).not.toThrow();
  // The OpenAPI document describes; it is the same whatever is asked.
  if (!body.startsWith('{"openapi"'))
    expect({ asked, body }).not.toEqual({ asked, body: expect.stringMatching(INTERNALS) });
}

it(`${QUERIES} arbitrary queries get 200, 400 or 404, and nothing of the inside, nor of other hubs`, async () => {
  const { json } = await api.get('/index');
  const paths = (json.endpoints as { path: string; also: string[] }[]).flatMap(({ path, also }) => [path, ...also]);
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(arbitraryRequest(paths), async ({ method, target, scoped }) => {
      const asked = `${method} ${target}${scoped ? ' (prod)' : ''}`;
      const answer = await send(method, target, scoped ? prod.token : admin.token);
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      // What all hubs cost is not for a token of one.
      const ofAll = scoped && target.startsWith('/metrics') ? [403] : [];
      expectHarmless(asked, answer, [200, 400, 404, ...ofAll, ...(/^\/docs\/(\?|$)/.test(target) ? [308] : [])]);
      if (scoped && (answer.type.includes('csv') || answer.body.startsWith('[')))
        expect({ asked, body: answer.body.match(othersOf(answer.body)) }).toEqual({ asked, body: null });
    }),
    { numRuns: QUERIES, seed: SEED },
  );
  process.stderr.write(`input drill: ${JSON.stringify(Object.fromEntries(seen))} of ${QUERIES}, seed ${SEED}\n`);
  // What is drilled is more than the door.
  expect(seen.get(200) ?? 0).toBeGreaterThan(QUERIES / 4);
  expect(seen.get(400) ?? 0).toBeGreaterThan(QUERIES / 20);
});

describe('requests of an absurd size', () => {
  it('with a header beyond the limit get 431', async () => {
    expect((await send('GET', `/costs_per_user?user=${'x'.repeat(200_000)}`, admin.token)).status).toBe(431);
  });

  it('with a long query below the limit get an answer', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => `user=u${index}`).join('&');
    expectHarmless('many parameters', await send('GET', `/costs_per_user?${many}`, admin.token), [200]);
  });

  it('with a body beyond the limit get 413, or 404 where nothing takes a body', async () => {
    expectHarmless(
      'body',
      await send('POST', '/total_costs', admin.token, JSON.stringify('x'.repeat(100_000))),
      [404, 413],
    );
  });
});

it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is no method of any path', async (method) => {
  for (const path of ['/total_costs', '/live', '/docs/start.js', '/nope']) {
    for (const body of [undefined, '{', '{"__proto__":{"a":1}}', '[]']) {
      expectHarmless(`${method} ${path} ${body}`, await send(method, path, admin.token, body), [400, 404, 405]);
    }
  }
});

it('and the figures are what they were before', async () => {
  const { body } = await send('GET', '/total_costs?from=2025-03-01&to=2025-03-01', admin.token);
  expect(JSON.parse(body)).toEqual([
    { date: '2025-03-01', cost: '100.01', name: 'account' },
    { date: '2025-03-01', cost: '66.90', name: 'attributable' },
  ]);
});

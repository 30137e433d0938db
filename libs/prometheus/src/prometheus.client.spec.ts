import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { PrometheusConfig } from '#libs/config';
import { PrometheusClient, type PrometheusClientOptions } from './prometheus.client.js';
import { PrometheusError, PrometheusPartialAnswerError } from './prometheus-errors.js';

const QUERY = { name: 'the weather', promql: 'sum(up)' };
const INSTANT = new Date('2026-03-02T23:59:59.999Z');

interface Asked {
  readonly request: IncomingMessage;
  readonly form: URLSearchParams;
}

type Answer = (response: ServerResponse) => void;

const json =
  (status: number, body: object): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const vector = (...values: [labels: Record<string, string>, value: string][]) => ({
  status: 'success',
  data: {
    resultType: 'vector',
    result: values.map(([metric, value]) => ({ metric, value: [1772495999.999, value] })),
  },
});

describe('asking Prometheus', () => {
  let server: Server;
  let url: string;
  let asked: Asked[];
  /** One answer per request; the last one is given to all that follow. */
  let answers: Answer[];

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        asked.push({ request, form: new URLSearchParams(body) });
        (answers[asked.length - 1] ?? answers.at(-1)!)(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function client(config: Partial<PrometheusConfig> = {}, options: PrometheusClientOptions = {}): PrometheusClient {
    const nobody = { username: undefined, password: undefined, bearerToken: undefined, tenant: undefined };
    return new PrometheusClient({ url, ...nobody, ...config }, { retryPausesMs: [1, 1], ...options });
  }

  const ask = (...args: Parameters<typeof client>) => client(...args).fetchInstant(QUERY, INSTANT);

  async function faultOf(...args: Parameters<typeof client>): Promise<PrometheusError> {
    const error = await ask(...args).then(
      () => new Error('it was answered'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PrometheusError);
    return error as PrometheusError;
  }

  describe('a store that knows nothing of the time', () => {
    const NOTHING = 'No StoreAPIs matched for this query';
    const success = (more: object) => json(200, { ...vector(), ...more });

    it.each<[string, Answer]>([
      ['as a warning', success({ warnings: [NOTHING] })],
      ['as a warning of an older version', success({ warnings: ['No store matched for this query'] })],
      ['as several warnings', success({ warnings: [NOTHING, `receive series from store: ${NOTHING}`] })],
      ['as an info', success({ infos: [NOTHING] })],
      ['as an error', json(422, { status: 'error', errorType: 'execution', error: `expanding series: ${NOTHING}` })],
      ['as an error with status 503', json(503, { status: 'error', errorType: 'unavailable', error: NOTHING })],
      ['as an error with status 200', json(200, { status: 'error', errorType: 'execution', error: NOTHING })],
    ])('has no samples, %s', async (_, answer) => {
      answers = [answer];
      expect(await ask()).toEqual([]);
      expect(asked).toHaveLength(1);
    });

    it.each<[string, Answer]>([
      ['beside another warning', success({ warnings: [NOTHING, 'store gateway is away'] })],
      ['in one text with another', success({ warnings: [`2 errors: ${NOTHING}; rpc error: unavailable`] })],
    ])('is no excuse %s', async (_, answer) => {
      answers = [answer];
      expect(await faultOf()).toBeInstanceOf(PrometheusPartialAnswerError);
    });

    it('beside samples of other stores takes nothing from them', async () => {
      answers = [json(200, { ...vector([{}, '7']), warnings: [NOTHING] })];
      expect(await ask()).toEqual([{ labels: {}, value: 7 }]);
    });
  });

  it('posts the question with its instant, and gets labels and values', async () => {
    answers = [json(200, vector([{ namespace: 'prod', user: 'a"b' }, '9.2771232e+13'], [{}, '0']))];
    expect(await ask()).toEqual([
      { labels: { namespace: 'prod', user: 'a"b' }, value: 92_771_232_000_000 },
      { labels: {}, value: 0 },
    ]);
    expect(asked).toHaveLength(1);
    expect(asked[0]!.request).toMatchObject({ method: 'POST', url: '/api/v1/query' });
    expect(Object.fromEntries(asked[0]!.form)).toEqual({
      query: 'sum(up)',
      time: '1772495999.999',
      timeout: '120s',
      partial_response: 'false',
    });
  });

  it('asks for a range, and gets the instants that have a value', async () => {
    const values = [
      [1772409600, '1'],
      [1772410200, '1'],
    ];
    answers = [json(200, { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values }] } })];
    const start = new Date('2026-03-02T00:00:00Z');
    expect(await client().fetchInstantsWithValue(QUERY, start, INSTANT, 300)).toEqual([
      new Date('2026-03-02T00:00:00Z'),
      new Date('2026-03-02T00:10:00Z'),
    ]);
    expect(asked[0]!.request.url).toBe('/api/v1/query_range');
    expect(Object.fromEntries(asked[0]!.form)).toMatchObject({
      start: '1772409600',
      end: '1772495999.999',
      step: '300',
    });
  });

  it('keeps a path in the address', async () => {
    answers = [json(200, vector())];
    await ask({ url: `${url}/prometheus/` });
    expect(asked[0]!.request.url).toBe('/prometheus/api/v1/query');
  });

  it('sends the name and password that it was given', async () => {
    answers = [json(200, vector())];
    await ask({ username: 'sync', password: 'pä:ss' });
    expect(asked[0]!.request.headers.authorization).toBe(`Basic ${Buffer.from('sync:pä:ss').toString('base64')}`);
  });

  it('sends the token and the tenant that it was given, and neither when it has none', async () => {
    answers = [json(200, vector())];
    await ask({ bearerToken: 's3cret', tenant: 'team-a|team-b' });
    await ask();
    expect(asked[0]!.request.headers).toMatchObject({
      authorization: 'Bearer s3cret',
      'x-scope-orgid': 'team-a|team-b',
    });
    expect(asked[1]!.request.headers).not.toHaveProperty('authorization');
    expect(asked[1]!.request.headers).not.toHaveProperty('x-scope-orgid');
  });

  it('takes an answer with warnings for no answer', async () => {
    answers = [json(200, { ...vector([{}, '1']), warnings: ['store-2 is away', 'truncated'] })];
    const fault = await faultOf();
    expect(fault).toBeInstanceOf(PrometheusPartialAnswerError);
    expect(fault).toMatchObject({ warnings: ['store-2 is away', 'truncated'] });
    expect(fault.message).toBe(
      `Prometheus at ${url}, asked for the weather: the answer is incomplete: store-2 is away; truncated`,
    );
  });

  it('takes what VictoriaMetrics calls partial for no answer', async () => {
    answers = [json(200, { ...vector([{}, '1']), isPartial: true })];
    const fault = await faultOf();
    expect(fault).toBeInstanceOf(PrometheusPartialAnswerError);
    expect(fault.message).toMatch(/the answer is incomplete: isPartial/);
    answers = [json(200, { ...vector([{}, '1']), isPartial: false })];
    expect(await ask()).toHaveLength(1);
  });

  it.each([
    { warnings: [], infos: ['metric might not be a counter'] },
    { warnings: ['PromQL info: metric might not be a counter, name does not end in _total: "a" (1:10)'] },
  ])('does not mind notes that are no warnings, %j', async (notes) => {
    answers = [json(200, { ...vector([{}, '1']), ...notes })];
    expect(await ask()).toHaveLength(1);
  });

  it('tells what Prometheus refused, and does not ask again', async () => {
    answers = [json(422, { status: 'error', errorType: 'execution', error: 'too many samples' })];
    const fault = await faultOf();
    expect(fault).toMatchObject({ status: 422, passing: false });
    expect(fault.message).toBe(`Prometheus at ${url}, asked for the weather: HTTP 422: too many samples`);
    expect(asked).toHaveLength(1);
  });

  it('takes "status: error" for a fault under HTTP 200 too', async () => {
    answers = [json(200, { status: 'error', errorType: 'internal', error: 'no' })];
    expect((await faultOf()).message).toMatch(/: no$/);
  });

  it.each([429, 502, 503, 504])('asks again after HTTP %d', async (status) => {
    answers = [(response) => response.writeHead(status).end('<html>busy</html>'), json(200, vector([{}, '1']))];
    expect(await ask()).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it('gives up after the third attempt, with the status', async () => {
    answers = [(response) => response.writeHead(502).end('<html>Bad Gateway</html>')];
    const fault = await faultOf();
    expect(fault.status).toBe(502);
    expect(fault.message).toBe(`Prometheus at ${url}, asked for the weather: HTTP 502`);
    expect(asked).toHaveLength(3);
  });

  it('does not repeat a question that timed out inside Prometheus', async () => {
    answers = [json(503, { status: 'error', errorType: 'timeout', error: 'query timed out' })];
    expect((await faultOf()).message).toMatch(/HTTP 503: query timed out$/);
    expect(asked).toHaveLength(1);
  });

  it('asks again after a connection that broke', async () => {
    answers = [(response) => response.destroy(), json(200, vector([{}, '1']))];
    expect(await ask()).toHaveLength(1);
  });

  it('asks again after an answer that broke off', async () => {
    answers = [
      (response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"status":"succ');
        setTimeout(() => response.destroy(), 5);
      },
      json(200, vector([{}, '1'])),
    ];
    expect(await ask()).toHaveLength(1);
  });

  it('takes cut JSON and HTML for no answer', async () => {
    for (const text of ['{"status":"success","data":{"resultTy', '<html>Log in</html>', '', '[]']) {
      answers = [(response) => response.writeHead(200).end(text)];
      expect((await faultOf()).message).toMatch(/the answer is not JSON, or was cut off \(HTTP 200\)$/);
    }
  });

  it('takes an answer of another kind for no answer', async () => {
    const histogram = { metric: {}, histogram: [1772495999.999, { count: '1', sum: '1' }] };
    answers = [json(200, { status: 'success', data: { resultType: 'vector', result: [histogram] } })];
    expect((await faultOf()).message).toMatch(/not of the kind that was asked for$/);
  });

  it.each<[string, unknown, unknown]>([
    ['a matrix', 'matrix', [{ metric: {}, values: [[1772495999.999, '1']] }]],
    ['a scalar', 'scalar', [1772495999.999, '1']],
    ['a series without labels', 'vector', [{ metric: null, value: [1772495999.999, '1'] }]],
    ['a label that is no text', 'vector', [{ metric: { namespace: 5 }, value: [1772495999.999, '1'] }]],
    ['an instant that is none', 'vector', [{ metric: {}, value: ['noon', '1'] }]],
  ])('nor %s', async (_, resultType, result) => {
    answers = [json(200, { status: 'success', data: { resultType, result } })];
    expect((await faultOf()).message).toMatch(/not of the kind that was asked for$/);
  });

  it('refuses an answer that has a series twice', async () => {
    answers = [json(200, vector([{ namespace: 'prod', user: 'a' }, '1'], [{ user: 'a', namespace: 'prod' }, '1']))];
    expect((await faultOf()).message).toMatch(
      /Prometheus reports the same series twice, a series of namespace "prod"$/,
    );
  });

  it('calls a fault of this software by its own name, and tries it once', async () => {
    answers = [json(200, vector())];
    const faulty = client();
    Object.defineProperty(faulty.traffic, 'answerBytes', {
      get: () => 0,
      set() {
        throw new TypeError('a fault of our own');
      },
    });
    const fault = await faulty.fetchInstant(QUERY, INSTANT).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(TypeError);
    expect((fault as Error).stack).toContain('prometheus.client');
    expect(asked).toHaveLength(1);
  });

  it.each(['NaN', '+Inf', '-Inf', '-1', '12abc', '', '1e308'])('never takes %s for a quantity', async (value) => {
    answers = [json(200, vector([{ namespace: 'staging' }, '1'], [{ namespace: 'prod' }, value]))];
    const { message } = await faultOf();
    expect(message).toMatch(/asked for the weather: .*prod/);
    expect(message.endsWith(`has the value ${value}, which is no quantity`)).toBe(true);
    expect(message).not.toContain('alice');
    expect(asked).toHaveLength(1);
  });

  it('waits no longer than its deadline for an answer that does not begin', async () => {
    answers = [() => undefined];
    expect((await faultOf({}, { timeoutMs: 1_000 })).message).toMatch(/no answer within 1 s$/);
    expect(asked).toHaveLength(1);
  });

  it('waits no longer than its deadline for an answer that trickles', async () => {
    let timer: NodeJS.Timeout | undefined;
    answers = [
      (response) => {
        response.writeHead(200);
        timer = setInterval(() => response.write(' '), 10);
      },
    ];
    const started = Date.now();
    expect((await faultOf({}, { timeoutMs: 1_000 })).message).toMatch(/no answer within 1 s$/);
    clearInterval(timer);
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  it.each([
    ['as it is', 200, 'identity'],
    ['in a few compressed bytes', 200, 'gzip'],
    ['as an error', 503, 'identity'],
  ])('reads 32 MiB of an answer without an end, %s, and does not ask again', async (_, status, encoding) => {
    let sent = 0;
    const chunk = Buffer.alloc(1024 * 1024, '{"status":"success","data":[');
    function* endless() {
      for (; sent < 1000; sent++) yield chunk;
    }
    answers = [
      (response) => {
        response.writeHead(status, { 'content-encoding': encoding });
        const encoder = encoding === 'gzip' ? createGzip() : new PassThrough();
        pipeline(Readable.from(endless()), encoder, response, () => undefined);
      },
    ];
    const { message } = await faultOf();
    expect(message).toBe(
      `Prometheus at ${url}, asked for the weather: the answer is longer than 32 MiB, and was not read to its end; check PROMETHEUS_URL`,
    );
    expect(asked).toHaveLength(1);
    expect(sent).toBeLessThan(500);
  });

  it('says where nobody listens', async () => {
    const fault = await faultOf({ url: 'http://127.0.0.1:1/prometheus' });
    expect(fault.message).toBe(
      'Prometheus at http://127.0.0.1:1/prometheus, asked for the weather: no answer (ECONNREFUSED); check PROMETHEUS_URL',
    );
  });

  it('follows no redirect with its credentials', async () => {
    answers = [(response) => response.writeHead(307, { location: `${url}/elsewhere` }).end()];
    expect((await faultOf({ bearerToken: 's3cret' })).message).toMatch(/HTTP 307 \(it redirects elsewhere/);
    expect(asked).toHaveLength(1);
  });

  it('holds no credentials in its errors, not even out of sight', async () => {
    const { inspect } = await import('node:util');
    const credentials = { username: 'sync', password: 'hunter2', tenant: 'acme' };
    const withUser = url.replace('http://', 'http://sync:hunter2@');
    const refusals: Answer[] = [
      json(401, { status: 'error', error: 'who are you' }),
      (response) => response.destroy(),
      (response) => response.end('?'),
    ];
    for (const refusal of refusals) {
      answers = [refusal];
      for (const config of [credentials, { url: withUser }, { bearerToken: 'hunter2' }]) {
        const fault = await faultOf(config);
        const text = inspect(fault, { depth: Infinity, showHidden: true });
        expect(text).not.toContain('hunter2');
        expect(text).not.toContain(Buffer.from('sync:hunter2').toString('base64'));
      }
    }
  });

  it('holds none that the server quotes either', async () => {
    answers = [
      (response) => {
        const said = asked.at(-1)!.request.headers.authorization!;
        const plain = Buffer.from(said.split(' ')[1]!, 'base64').toString();
        json(403, { status: 'error', error: `refused ${said}, that is ${plain}` })(response);
      },
    ];
    const { message } = await faultOf({ username: 'grafana', password: 'open sesame' });
    expect(message).toContain('refused Basic <credentials>, that is grafana:<credentials>');
    answers = [(response) => json(403, { error: asked.at(-1)!.request.headers.authorization })(response)];
    expect((await faultOf({ bearerToken: 'sesame' })).message).toContain('Bearer <credentials>');
  });

  it('stops when it is told to, in a request and in a pause', async () => {
    for (const answer of [() => undefined, (response: ServerResponse) => void response.writeHead(503).end()]) {
      answers = [answer];
      const stop = new AbortController();
      const answering = ask({}, { signal: stop.signal, retryPausesMs: [60_000] });
      setTimeout(() => stop.abort(new Error('shutting down')), 30);
      await expect(answering).rejects.toThrow('shutting down');
    }
    asked.length = 0;
    await expect(ask({}, { signal: AbortSignal.abort(new Error('shut down')) })).rejects.toThrow('shut down');
    expect(asked).toHaveLength(0);
  });

  it('counts requests, bytes and waiting, failed ones too', async () => {
    const body = JSON.stringify(vector([{ user: 'müller' }, '1']));
    answers = [
      (response) => void setTimeout(() => response.writeHead(503).end('no'), 20),
      (response) => response.end(body),
    ];
    const counting = client();
    await counting.fetchInstant(QUERY, INSTANT);
    expect(counting.traffic).toMatchObject({ requests: 2, answerBytes: 2 + Buffer.byteLength(body) });
    expect(counting.traffic.waitedMs).toBeGreaterThanOrEqual(19);
  });
});

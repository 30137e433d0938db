import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPrometheus } from './prometheus-binaries.js';
import { startPrometheus } from './prometheus.js';

const SECONDS_PER_DAY = 86_400;

/** The values of an instant query, in the order of the answer. */
async function ask(url: string, promQl: string, time?: number): Promise<number[]> {
  const parameters = new URLSearchParams({ query: promQl, ...(time && { time: String(time) }) });
  const response = await fetch(`${url}/api/v1/query?${parameters}`);
  const body = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return body.data.result.map(({ value }) => Number(value[1]));
}

describe('an embedded Prometheus', () => {
  it('is found once for callers at the same time', async () => {
    const [first, second] = await Promise.all([findPrometheus(), findPrometheus()]);
    expect(first).toEqual({
      prometheus: expect.stringMatching(/prometheus$/),
      promtool: expect.stringMatching(/promtool$/),
    });
    expect(second).toBe(first);
  });

  it('answers from 100 days of history, and keeps them', async () => {
    const today = Math.floor(Date.now() / 1000 / SECONDS_PER_DAY) * SECONDS_PER_DAY;
    const days = Array.from({ length: 100 }, (_, index) => today - (100 - index) * SECONDS_PER_DAY);
    const samples = days.map((time, index) => `days ${index} ${time}\n`);
    const server = await startPrometheus({ history: ['# TYPE days gauge\n', ...samples, '# EOF\n'] });
    try {
      expect(await ask(server.url, 'days', days[0])).toEqual([0]);
      expect(await ask(server.url, 'sum_over_time(days[101d])', today)).toEqual([4950]);
    } finally {
      await server.stop();
    }
  });

  it('scrapes a target at its whole address', async () => {
    const target = createServer((request, response) => {
      response.setHeader('content-type', 'text/plain');
      response.end(request.url === '/estate/metrics' ? 'answer 42\n' : 'answer 0\n');
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
    const address = `http://127.0.0.1:${(target.address() as AddressInfo).port}/estate/metrics`;
    const server = await startPrometheus({ scrape: [{ job: 'estate', target: address, interval: '100ms' }] });
    try {
      let answer: number[] = [];
      for (let attempt = 0; attempt < 100 && answer.length === 0; attempt += 1) {
        answer = await ask(server.url, 'answer{job="estate"}');
        await sleep(50);
      }
      expect(answer).toEqual([42]);
    } finally {
      await server.stop();
      target.closeAllConnections();
      target.close();
    }
  });

  it('leaves no folder and no listener', async () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.includes('cost-monitoring-prometheus-'));
    const before = folders();
    const server = await startPrometheus();
    await server.stop();
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
    expect(folders().filter((name) => !before.includes(name) && existsSync(join(tmpdir(), name)))).toEqual([]);
  });

  it('says what is wrong when it does not start', async () => {
    const scrape = [{ job: 'broken', target: 'http://127.0.0.1:1/metrics', interval: 'soon' }];
    await expect(startPrometheus({ scrape })).rejects.toThrow(/ended while starting[^]*soon/);
  });

  it('names the fault of a history that it cannot read', async () => {
    await expect(startPrometheus({ history: ['days not-a-number 1\n# EOF\n'] })).rejects.toThrow('not-a-number');
  });
});

import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

/** Stands before a real Prometheus and, when told to, does not let it answer. */
export interface PrometheusProxy {
  readonly url: string;
  /** Gives no answer at all, to any question; or only to those about an instant from `from` on. */
  hang(from?: Date): void;
  /** Every request is answered with this status and no data; the body, where none is given, is Prometheus's own. */
  refuseWith(status: number, body?: string): void;
  /** Answers come through changed. */
  change(change: (answer: string) => string): void;
  /** Answers come through this much later. */
  delay(ms: number): void;
  /** Lets all requests through again, as they are. */
  recover(): void;
  /** What was asked since this was last called. */
  takeQuestions(): URLSearchParams[];
  close(): Promise<void>;
}

export async function startPrometheusProxy(prometheusUrl: string): Promise<PrometheusProxy> {
  let hangs: (body: string) => boolean = () => false;
  let refusal: { status: number; body: string } | undefined;
  let change: ((answer: string) => string) | undefined;
  let delayMs = 0;
  let questions: URLSearchParams[] = [];
  const server = createServer(async (question, answer) => {
    const body = await readText(question).catch(() => '');
    questions.push(new URLSearchParams(body));
    if (hangs(body)) return;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (refusal !== undefined) {
      answer.writeHead(refusal.status, { 'content-type': 'application/json' }).end(refusal.body);
      return;
    }
    const { method, headers, url } = question;
    const plain = { ...headers, ...(change && { 'accept-encoding': 'identity' }) };
    const onward = forward(`${prometheusUrl}${url}`, { method, headers: plain }, async (reply) => {
      const status = reply.statusCode ?? 500;
      if (!change) {
        // This process's own clock, which Prometheus does not have when the tests run at another time.
        const { date: _, ...headers } = reply.headers;
        answer.writeHead(status, headers);
        reply.pipe(answer);
        return;
      }
      const changed = change(await readText(reply));
      answer.writeHead(status, { 'content-type': 'application/json' }).end(changed);
    });
    onward.on('error', () => answer.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hang: (from) => {
      hangs = (body) => !from || Number(new URLSearchParams(body).get('time')) * 1000 >= from.getTime();
    },
    refuseWith: (status, body = JSON.stringify({ status: 'error', errorType: 'execution', error: 'out of order' })) => {
      refusal = { status, body };
    },
    change: (how) => {
      change = how;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    recover: () => {
      hangs = () => false;
      refusal = undefined;
      change = undefined;
      delayMs = 0;
    },
    takeQuestions: () => {
      const taken = questions;
      questions = [];
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before a real Prometheus and, when told to, does not let it answer. */
export interface PrometheusProxy {
  readonly url: string;
  /** From the request after `count` others on: no answer at all. */
  hangAfter(count: number): void;
  /** Every request is answered with this status and no data. */
  refuseWith(status: number): void;
  /** Lets all requests through again. */
  recover(): void;
  close(): Promise<void>;
}

export async function startPrometheusProxy(prometheusUrl: string): Promise<PrometheusProxy> {
  let lets = Infinity;
  let refusal: number | undefined;
  const server = createServer((question, answer) => {
    if (refusal !== undefined) {
      const body = { status: 'error', errorType: 'execution', error: 'out of order' };
      answer.writeHead(refusal, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    lets -= 1;
    if (lets < 0) return;
    const { method, headers, url } = question;
    const onward = forward(`${prometheusUrl}${url}`, { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    question.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hangAfter: (count) => {
      lets = count;
    },
    refuseWith: (status) => {
      refusal = status;
    },
    recover: () => {
      lets = Infinity;
      refusal = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

/** Stands before a real Prometheus and, when told to, does not let it answer. */
export interface PrometheusProxy {
  readonly url: string;
  /** Gives no answer at all, to any question; or only to those about an instant from `from` on. */
  hang(from?: Date): void;
  /** Every request is answered with this status and no data. */
  refuseWith(status: number): void;
  /** Lets all requests through again. */
  recover(): void;
  close(): Promise<void>;
}

export async function startPrometheusProxy(prometheusUrl: string): Promise<PrometheusProxy> {
  let hangs: (body: string) => boolean = () => false;
  let refusal: number | undefined;
  const server = createServer(async (question, answer) => {
    const body = await readText(question).catch(() => '');
    if (hangs(body)) return;
    if (refusal !== undefined) {
      const reason = { status: 'error', errorType: 'execution', error: 'out of order' };
      answer.writeHead(refusal, { 'content-type': 'application/json' }).end(JSON.stringify(reason));
      return;
    }
    const { method, headers, url } = question;
    const onward = forward(`${prometheusUrl}${url}`, { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(answer);
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
    refuseWith: (status) => {
      refusal = status;
    },
    recover: () => {
      hangs = () => false;
      refusal = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Loaded before the built sync (`node --import`), which knows nothing of it: what its process took, and how it waited
 * for Prometheus, goes to the file $BENCH_OBSERVATION when it exits.
 */
export interface Observation {
  readonly peakRssBytes: number;
  readonly cpuMs: number;
  /** From sending a question to the end of its answer, over all questions. */
  readonly waitedMs: number;
  readonly questions: number;
  /** On the wire: headers, and bodies as compressed as they came. */
  readonly receivedBytes: number;
}

const prometheusHost = new URL(process.env['PROMETHEUS_URL'] ?? 'http://none').host;
const startedAtMs = new WeakMap<ClientRequest, number>();
const receivedBefore = new WeakMap<Socket, number>();
const tally = { waitedMs: 0, questions: 0, receivedBytes: 0 };

subscribe('http.client.request.start', (message) => {
  const { request } = message as { request: ClientRequest };
  if (request.getHeader('host') === prometheusHost) startedAtMs.set(request, performance.now());
});

subscribe('http.client.response.finish', (message) => {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  const started = startedAtMs.get(request);
  if (started === undefined) return;
  const { socket } = response;
  response.once('end', () => {
    tally.questions += 1;
    tally.waitedMs += performance.now() - started;
    tally.receivedBytes += socket.bytesRead - (receivedBefore.get(socket) ?? 0);
    receivedBefore.set(socket, socket.bytesRead);
  });
});

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const observation: Observation = {
    ...tally,
    peakRssBytes: maxRSS * 1024,
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
  };
  const file = process.env['BENCH_OBSERVATION'];
  if (file) writeFileSync(file, JSON.stringify(observation));
});

import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { findFreePort } from './free-port.js';
import { run } from './processes.js';
import { findPrometheus } from './prometheus-binaries.js';
import { startServer } from './server.js';

/** The longest block that a server makes itself. promtool reads its input once per block: by default, per two hours. */
const IMPORT = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', '--max-block-duration=744h'];

export interface PrometheusOptions {
  /** Samples from before now: pieces of one OpenMetrics text with timestamps in seconds that ends in `# EOF`. */
  readonly history?: Iterable<string> | AsyncIterable<string>;
  /** Whole addresses of metrics, such as `http://127.0.0.1:8081/metrics`; the interval as Prometheus writes durations. */
  readonly scrape?: readonly { readonly job: string; readonly target: string; readonly interval: string }[];
}

export interface EmbeddedPrometheus {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts a real Prometheus on a free port of 127.0.0.1. It ends with this process, even when this process is killed.
 *
 * @throws Error that says what to install when there is no Prometheus, or with the end of the log when it does not start.
 */
export async function startPrometheus({ history, scrape }: PrometheusOptions = {}): Promise<EmbeddedPrometheus> {
  const binaries = await findPrometheus();
  if ('unavailable' in binaries) throw new Error(binaries.unavailable);
  const folder = await mkdtemp(join(tmpdir(), 'jupyterhub-cost-monitoring-prometheus-'));
  try {
    const [data, configFile] = [join(folder, 'data'), join(folder, 'prometheus.yml')];
    await mkdir(data);
    if (history) {
      const file = join(folder, 'history.om');
      await pipeline(history, createWriteStream(file));
      await run(binaries.promtool, [...IMPORT, file, data]);
      await rm(file);
    }
    await writeFile(configFile, configuration(scrape));
    const address = `127.0.0.1:${await findFreePort()}`;
    const server = await startServer({
      name: 'Prometheus',
      file: binaries.prometheus,
      args: [
        `--config.file=${configFile}`,
        `--storage.tsdb.path=${data}`,
        '--storage.tsdb.retention.time=10y',
        `--web.listen-address=${address}`,
      ],
      env: process.env,
      folder,
      readyLine: 'Server is ready to receive web requests',
    });
    return {
      url: `http://${address}`,
      stop: async () => {
        await server.end('SIGTERM');
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** JSON is YAML, so the configuration needs no other writer. */
function configuration(scrape: PrometheusOptions['scrape']): string {
  return JSON.stringify({
    scrape_configs: scrape?.map(({ job, target, interval }) => {
      const { protocol, host, pathname } = new URL(target);
      return {
        job_name: job,
        scheme: protocol.replace(':', ''),
        metrics_path: pathname,
        scrape_interval: interval,
        // A scrape may take no longer than the interval, and the default is 10 s.
        scrape_timeout: interval,
        static_configs: [{ targets: [host] }],
      };
    }),
  });
}

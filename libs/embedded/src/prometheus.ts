import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from './free-port.js';
import { findPrometheus } from './prometheus-binaries.js';
import { ServerProcess } from './server-process.js';

const START_TIMEOUT_MS = 60_000;
/** The longest block that a server makes itself. promtool reads its input once per block: by default, per two hours. */
const BLOCK_DURATION = '744h';

export interface ScrapeTarget {
  readonly job: string;
  /** The whole address of the metrics: `http://127.0.0.1:8081/metrics`. */
  readonly target: string;
  /** As Prometheus writes durations: `15s`. */
  readonly interval: string;
}

export interface PrometheusOptions {
  /** Samples from before now, as OpenMetrics text with timestamps in seconds that ends in `# EOF`. */
  readonly history?: { readonly openMetricsFile: string };
  readonly scrape?: readonly ScrapeTarget[];
  readonly ruleFiles?: readonly string[];
  /** Kept on stop. Absent: a temporary folder, removed on stop. */
  readonly dataDirectory?: string;
  /** How long samples are kept, as Prometheus writes durations. Default `10y`. */
  readonly retention?: string;
  /** Whether it takes samples by remote write, at `/api/v1/write`. */
  readonly acceptsRemoteWrite?: boolean;
}

export interface EmbeddedPrometheus {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Ends it at once, and keeps its folder until `stop`. */
  kill(): Promise<void>;
  /** Ends the server and removes a temporary data directory. */
  stop(): Promise<void>;
}

/**
 * Starts a real Prometheus on a free port of 127.0.0.1. It ends with this process, even when this process is killed.
 *
 * @throws Error that says what to install when there is no Prometheus, or with the end of the log when it does not start.
 */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<EmbeddedPrometheus> {
  const binaries = await findPrometheus();
  if ('unavailable' in binaries) throw new Error(binaries.unavailable);
  const folder = await mkdtemp(join(tmpdir(), 'jupyterhub-cost-monitoring-prometheus-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const data = resolve(options.dataDirectory ?? join(folder, 'data'));
    await mkdir(data, { recursive: true });
    if (options.history) await importHistory(binaries.promtool, options.history.openMetricsFile, data);
    const configFile = join(folder, 'prometheus.yml');
    await writeFile(configFile, JSON.stringify(configuration(options)));
    const url = `http://127.0.0.1:${await findFreePort()}`;
    const server = new ServerProcess({
      name: 'Prometheus',
      file: binaries.prometheus,
      args: [
        `--config.file=${configFile}`,
        `--storage.tsdb.path=${data}`,
        `--storage.tsdb.retention.time=${options.retention ?? '10y'}`,
        `--web.listen-address=${new URL(url).host}`,
        ...(options.acceptsRemoteWrite ? ['--web.enable-remote-write-receiver'] : []),
      ],
      cwd: folder,
      env: process.env,
      temporaryFolder: folder,
    });
    await server.untilReady(() => isReady(url), START_TIMEOUT_MS);
    return {
      url,
      kill: () => server.end('SIGKILL'),
      stop: async () => {
        await server.end('SIGTERM');
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function importHistory(promtool: string, openMetricsFile: string, data: string): Promise<void> {
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', `--max-block-duration=${BLOCK_DURATION}`];
  await promisify(execFile)(promtool, [...args, resolve(openMetricsFile), data]);
}

/** JSON is YAML, so the configuration needs no other writer. */
function configuration(options: PrometheusOptions): object {
  return {
    rule_files: options.ruleFiles?.map((file) => resolve(file)),
    scrape_configs: options.scrape?.map(({ job, target, interval }) => {
      const { protocol, host, pathname, searchParams } = new URL(target);
      return {
        job_name: job,
        scheme: protocol.replace(':', ''),
        metrics_path: pathname,
        params: Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)])),
        scrape_interval: interval,
        // A scrape may take no longer than the interval, and the default is 10 s.
        scrape_timeout: interval,
        static_configs: [{ targets: [host] }],
      };
    }),
  };
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

import { existsSync } from 'node:fs';
import { arch } from 'node:os';
import { delimiter, join } from 'node:path';
import { cacheFolder } from './cache-folder.js';
import { canRun, run } from './processes.js';

export type PrometheusBinaries = { readonly prometheus: string; readonly promtool: string };
/** A sentence that says why there is no Prometheus, and what to install. */
export type PrometheusUnavailable = { readonly unavailable: string };

const INSTALL = 'install prometheus and promtool, 2.42 or newer, on PATH (https://prometheus.io/download)';
const FETCH_TIMEOUT_S = 240;

/**
 * Unpacks Debian's package without root. When the system's package lists are empty or older than the mirror, lists of
 * our own are read first: neither step touches the system's state.
 */
const FETCH = `
set -e
[ -x "$1/usr/bin/prometheus" ] && exit 0
work="$1.partial"
rm -rf "$work"; mkdir -p "$work/lists/partial" "$work/archives/partial"; cd "$work"
apt() { apt-get -q -o APT::Sandbox::User=root -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 "$@"; }
own() { apt -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work" -o Debug::NoLocking=1 "$@"; }
apt download prometheus || { own update && own download prometheus; }
dpkg -x prometheus_*.deb unpacked
rm -rf "$1"; mv unpacked "$1"; rm -rf "$work"
`;

let found: Promise<PrometheusBinaries | PrometheusUnavailable> | undefined;

/**
 * A Prometheus that runs on this machine: from PATH, else Debian's package (Debian, Ubuntu and their kin), unpacked once
 * into this user's cache folder; about 20 MB. Callers at the same time, in this process and in others, share one download.
 */
export function findPrometheus(): Promise<PrometheusBinaries | PrometheusUnavailable> {
  found ??= search();
  return found;
}

async function search(): Promise<PrometheusBinaries | PrometheusUnavailable> {
  const path = (process.env.PATH ?? '').split(delimiter);
  for (const folder of path.filter(Boolean)) {
    const onPath = await findIn(folder);
    if (onPath) return onPath;
  }
  if (!path.some((folder) => existsSync(join(folder, 'apt-get')))) {
    return { unavailable: `Prometheus is not on PATH, and this is no Debian to fetch it from: ${INSTALL}` };
  }
  try {
    const folder = join(await cacheFolder(), `prometheus-${arch()}`);
    const fetch = ['timeout', String(FETCH_TIMEOUT_S), '/bin/sh', '-c', FETCH, 'sh', folder];
    await run('flock', [`${folder}.lock`, ...fetch], { env: { ...process.env, LC_ALL: 'C' } });
    const unpacked = await findIn(join(folder, 'usr', 'bin'));
    return unpacked ?? { unavailable: `Debian's Prometheus, in ${folder}, does not run here: ${INSTALL}` };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const reason = (stderr || message).trim().split('\n').slice(-3).join(' ');
    return { unavailable: `Prometheus is not on PATH, and fetching Debian's package failed (${reason}): ${INSTALL}` };
  }
}

async function findIn(folder: string): Promise<PrometheusBinaries | undefined> {
  const binaries = { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') };
  const files = Object.values(binaries);
  if (!files.every((file) => existsSync(file))) return undefined;
  const works = await Promise.all(files.map((file) => canRun(undefined, file, ['--version'])));
  return works.every(Boolean) ? binaries : undefined;
}

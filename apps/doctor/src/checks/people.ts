import { ownersByNamespace, unescapeUsername } from '#libs/domain';
import type { ClusterMetrics } from '#libs/prometheus';
import { ok, skipped, warning, type Finding } from '../finding.js';

/** Below this, who bears what is mostly not known. */
const LEAST_MATCHED_PERCENT = 90;

/** Which part of pods and of directories reaches a person. */
export function judgePeople(metrics: ClusterMetrics): Finding[] {
  return [judgePods(metrics), judgeDirectories(metrics)];
}

function judgePods({ counts, unmatchedPods }: ClusterMetrics): Finding {
  const { namedPods, namedPodsWithRequest, spawnedPodsWithoutName } = counts;
  const check = 'pods matched to users';
  const all = namedPods + spawnedPodsWithoutName;
  if (all === 0) return skipped(check, 'no pod of a user in the last day');
  const found = `${share(namedPodsWithRequest, all)} of the last day's user pods bear a username and a request for memory${naming(unmatchedPods)}`;
  return judgeShare(
    check,
    namedPodsWithRequest,
    all,
    found,
    'set KubeSpawner.mem_guarantee, and start kube-state-metrics with ' +
      '--metric-annotations-allowlist=pods=[hub.jupyter.org/username]; then start the servers of these pods again',
  );
}

/** A directory is somebody's by the exporter's labels, or else by its unescaped name; `shared` ones are nobody's. */
function judgeDirectories({ directories, labels }: ClusterMetrics): Finding {
  const check = 'directories matched to users';
  const owners = ownersByNamespace(labels);
  let byLabel = 0;
  let byName = 0;
  let homes = 0;
  const unmatched: string[] = [];
  for (const { namespace, directory } of directories) {
    const labelled = owners.get(namespace)?.has(directory) ?? false;
    if (!labelled && directory.includes('shared')) continue;
    homes += 1;
    if (labelled) byLabel += 1;
    else if (unescapeUsername(directory) !== undefined) byName += 1;
    else unmatched.push(`${namespace}/${directory}`);
  }
  if (homes === 0) return skipped(check, 'no home directory in the last day');
  const matched = byLabel + byName;
  return judgeShare(
    check,
    matched,
    homes,
    `${share(matched, homes)} of home directories: ${byLabel} by jupyterhub_user_group_info, ${byName} by their name; ` +
      `the others count under the directory's own name${naming(unmatched)}`,
    'deploy jupyterhub-groups-exporter for every hub, in a version that gives username_safe (directories like jane---1a2b3c4d)',
  );
}

const NAMED_AT_MOST = 3;

/** `: prod/a, prod/b, prod/c, …`; nothing where nothing is left over. */
function naming(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > NAMED_AT_MOST ? ', …' : '';
  return `: ${names.slice(0, NAMED_AT_MOST).join(', ')}${more}`;
}

function judgeShare(check: string, matched: number, all: number, found: string, remedy: string): Finding {
  return matched * 100 < all * LEAST_MATCHED_PERCENT ? warning(check, found, remedy) : ok(check, found);
}

function share(part: number, whole: number): string {
  return `${part} of ${whole} (${Math.floor((part * 100) / whole)}%)`;
}

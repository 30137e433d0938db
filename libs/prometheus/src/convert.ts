import {
  COMPUTE,
  escapeUsername,
  HOME_STORAGE,
  hubOfNamespace,
  ownersByNamespace,
  usernameOfDirectory,
  type AttributionConfig,
  type Day,
  type GroupMembership,
  type SharedComponent,
  type UsageDataset,
  type UserLabels,
  type UserUsage,
} from '#libs/domain';
import type { Sample } from './prometheus.client.js';
import { ImpossibleReadingError } from './prometheus-errors.js';
import { USERNAME_ANNOTATION } from './queries.js';

/** The groups exporter's marks for people in several groups and in none: they are not groups. */
const SEVERAL = 'multiple';
const NONE = 'none';

/** A scrape more than fits into the day, or a rounded step: up to this it is the whole day. */
const WHOLE_DAY_AT_MOST = 1.01;

/**
 * The part of a day that samples cover, 0 to 1.
 *
 * @throws ImpossibleReadingError above 1.01.
 */
export function convertCoverage(day: Day, dataset: UsageDataset, coverage: number): number {
  if (coverage <= WHOLE_DAY_AT_MOST) return Math.min(coverage, 1);
  throw new ImpossibleReadingError(
    dataset,
    day,
    `samples cover ${coverage.toFixed(4)} of the day, more than all of it`,
    'check whether Prometheus reports the same series twice',
  );
}

/** Samples of `computeByteSeconds` → a row per (hub, username), sorted. @throws ImpossibleReadingError */
export function convertCompute(day: Day, samples: readonly Sample[], attribution: AttributionConfig): UserUsage[] {
  return sumUsage(
    day,
    COMPUTE,
    samples.map(({ labels, value }) => ({
      hub: hubOfNamespace(attribution, labels['namespace'] ?? ''),
      username: labels[USERNAME_ANNOTATION] ?? '',
      value,
    })),
  );
}

/**
 * Samples of `homeStorageByteSeconds` → a row per (hub, username), sorted. Directories of one person are added up.
 * `labels` are those of the same day: they tell whose a directory is before any guess does. @throws ImpossibleReadingError
 */
export function convertHomeStorage(
  day: Day,
  samples: readonly Sample[],
  labels: readonly UserLabels[],
  attribution: AttributionConfig,
): UserUsage[] {
  const owners = ownersByNamespace(labels);
  return sumUsage(
    day,
    HOME_STORAGE,
    samples.map(({ labels: { namespace = '', directory = '' }, value }) => ({
      hub: hubOfNamespace(attribution, namespace),
      username: usernameOfDirectory(directory, owners.get(namespace)),
      value,
    })),
  );
}

/** Samples of `memberships` → what the exporter says of each person, for directories. @throws ImpossibleReadingError */
export function convertUserLabels(day: Day, samples: readonly Sample[]): UserLabels[] {
  return samples.map(({ labels: { namespace = '', username = '', username_escaped, username_safe } }) => {
    requireNames('memberships', day, namespace, username);
    return {
      namespace,
      username,
      usernameEscaped: username_escaped || escapeUsername(username),
      usernameSafe: username_safe || undefined,
    };
  });
}

/**
 * Samples of `memberships`, with the labels made of them → a row per (hub, username, group), sorted. A person with the mark `none` and no group gets
 * one row without a group. The mark `multiple` is left out: an exporter that is told not to count people twice gives
 * nothing else of them, and then their groups are not known, which is not the same as being in none.
 */
export function convertMemberships(
  userLabels: readonly UserLabels[],
  samples: readonly Sample[],
  attribution: AttributionConfig,
): GroupMembership[] {
  const people = new Map<string, { hub: string; labels: UserLabels; groups: Set<string>; none: boolean }>();
  for (const labels of userLabels) {
    const hub = hubOfNamespace(attribution, labels.namespace);
    const key = keyOf(hub, labels.username);
    if (!people.has(key)) people.set(key, { hub, labels, groups: new Set(), none: false });
  }
  for (const { labels } of samples) {
    const { namespace = '', username = '', usergroup = '' } = labels;
    const person = people.get(keyOf(hubOfNamespace(attribution, namespace), username));
    if (!person) continue;
    if (usergroup === NONE) person.none = true;
    else if (usergroup !== '' && usergroup !== SEVERAL) person.groups.add(usergroup);
  }
  return [...people.values()]
    .flatMap(({ hub, labels: { username, usernameEscaped }, groups, none }) => {
      const usergroups = groups.size > 0 ? [...groups].sort() : none ? [null] : [];
      return usergroups.map((usergroup): GroupMembership => ({ hub, username, usernameEscaped, usergroup }));
    })
    .sort(byHubAndUsername);
}

/** Adds up per (hub, username), in whole byte-seconds: a float64 from the server is rounded, not cut. Zeros are left out. */
function sumUsage(
  day: Day,
  component: SharedComponent,
  parts: readonly { hub: string; username: string; value: number }[],
): UserUsage[] {
  const sums = new Map<string, UserUsage>();
  for (const { hub, username, value } of parts) {
    requireNames(component, day, hub, username);
    const key = keyOf(hub, username);
    const byteSeconds = (sums.get(key)?.byteSeconds ?? 0n) + BigInt(Math.round(value));
    sums.set(key, { hub, username, component, byteSeconds });
  }
  return [...sums.values()].filter(({ byteSeconds }) => byteSeconds > 0n).sort(byHubAndUsername);
}

/** @throws ImpossibleReadingError for usage or a group of nobody, or of no namespace: it can be charged to nobody. */
function requireNames(dataset: UsageDataset, day: Day, namespace: string, username: string): void {
  if (namespace !== '' && username !== '') return;
  const what =
    namespace === '' ? 'a series has no namespace' : `a series of namespace ${JSON.stringify(namespace)} names no user`;
  throw new ImpossibleReadingError(dataset, day, what, 'check the labels that the exporter and the scrape give it');
}

function keyOf(hub: string, username: string): string {
  return JSON.stringify([hub, username]);
}

function byHubAndUsername(a: { hub: string; username: string }, b: { hub: string; username: string }): number {
  return compareText(a.hub, b.hub) || compareText(a.username, b.username);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

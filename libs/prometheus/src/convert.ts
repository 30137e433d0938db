import {
  escapeUsername,
  hubOfNamespace,
  ownersByNamespace,
  quantityOf,
  usernameOfDirectory,
  type AttributionConfig,
  type Day,
  type GroupMembership,
  type NodeCapacity,
  type UsageDataset,
  type UserLabels,
  type UserUsage,
} from '#libs/domain';
import type { Sample } from './prometheus.client.js';
import type { PrometheusMeasure } from './measures.js';
import { ImpossibleReadingError } from './prometheus-errors.js';
import { COUNTED, INSTANCE_TYPE } from './node-queries.js';
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

/** What converting the samples of a measure takes. `labels` are those of the memberships of the same day. */
export interface ConversionContext {
  readonly day: Day;
  readonly attribution: AttributionConfig;
  readonly labels: readonly UserLabels[];
}

/**
 * Samples of a measure → a row per (hub, username, instance type), sorted, without zeros. Directories of one person are added up: labels
 * tell whose a directory is before any guess does. Byte-seconds are whole: a float64 from the server is rounded, not cut.
 *
 * @throws ImpossibleReadingError
 */
export function convertUsage(
  measure: PrometheusMeasure,
  samples: readonly Sample[],
  { day, attribution, labels: userLabels }: ConversionContext,
): UserUsage[] {
  const owners = ownersByNamespace(userLabels);
  const sums = new Map<string, UserUsage>();
  for (const { labels, value } of samples) {
    const {
      namespace = '',
      directory = '',
      [USERNAME_ANNOTATION]: annotated = '',
      [INSTANCE_TYPE]: type = '',
    } = labels;
    const username = measure.owner === 'user' ? annotated : usernameOfDirectory(directory, owners.get(namespace));
    requireNames(measure.dataset, day, namespace, username, type);
    const hub = hubOfNamespace(attribution, namespace);
    const instanceType = measure.byInstanceType ? type : '';
    const key = JSON.stringify([hub, username, instanceType]);
    const quantity = (sums.get(key)?.quantity ?? 0n) + quantityOf(value, measure.unit);
    sums.set(key, { hub, username, measure: measure.name, instanceType, quantity });
  }
  return [...sums.values()].filter(({ quantity }) => quantity > 0n).sort(byHubAndUsername);
}

/** Samples of `nodeCapacity` → node-seconds by instance type. */
export function convertCapacity(samples: readonly Sample[]): NodeCapacity[] {
  return samples.map(({ labels, value }) => ({
    instanceType: labels[INSTANCE_TYPE] ?? '',
    nodeSeconds: quantityOf(value, 'node-seconds'),
  }));
}

/** So much of the pods' time may be on nodes of which too little is known: they came and went between two scrapes. */
const UNKNOWN_AT_MOST = 0.01;

/** What a day tells of pods and nodes. */
export interface NodeData {
  /** Whether shares of nodes tell who used compute on the day. */
  readonly knowsNodes: boolean;
  /** Whether pods outlived their node. */
  readonly hasLostNodes: boolean;
  /** The part, 0 to 1, of the time of users' pods for which it is known whose they are. */
  readonly namedPart: number;
}

/** Samples of `nodeData`. */
export function convertNodeData(samples: readonly Sample[]): NodeData {
  const counts = new Map(samples.map(({ labels, value }) => [labels[COUNTED], value]));
  const count = (what: string) => counts.get(what) ?? 0;
  const named = count('pods');
  return {
    knowsNodes: count('nodes') > 0 && count('unknown') <= named * UNKNOWN_AT_MOST,
    hasLostNodes: count('lost') > 0,
    namedPart: count('unnamed') === 0 ? 1 : named / (named + count('unnamed')),
  };
}

/** Samples of `memberships` → what the exporter says of each person, for directories. @throws ImpossibleReadingError */
export function convertUserLabels(day: Day, samples: readonly Sample[]): UserLabels[] {
  return samples.map(
    ({ labels: { namespace = '', username = '', usergroup = '', username_escaped, username_safe } }) => {
      requireNames('memberships', day, namespace, username, usergroup);
      return {
        namespace,
        username,
        usernameEscaped: username_escaped || escapeUsername(username),
        usernameSafe: username_safe || undefined,
      };
    },
  );
}

/**
 * Samples of `memberships`, with the labels made of them → a row per (hub, username, group), sorted. A person with the mark
 * `none` and no group gets one row without a group. The mark `multiple` stands beside a person's groups and is left out;
 * an exporter that is told not to count people twice gives nothing else of them, and then it is their group.
 */
export function convertMemberships(
  userLabels: readonly UserLabels[],
  samples: readonly Sample[],
  attribution: AttributionConfig,
): GroupMembership[] {
  const people = new Map<string, { hub: string; labels: UserLabels; groups: Set<string>; marks: Set<string> }>();
  for (const labels of userLabels) {
    const hub = hubOfNamespace(attribution, labels.namespace);
    const key = keyOf(hub, labels.username);
    if (!people.has(key)) people.set(key, { hub, labels, groups: new Set(), marks: new Set() });
  }
  for (const { labels } of samples) {
    const { namespace = '', username = '', usergroup = '' } = labels;
    const person = people.get(keyOf(hubOfNamespace(attribution, namespace), username));
    if (!person) continue;
    if (usergroup === NONE || usergroup === SEVERAL) person.marks.add(usergroup);
    else if (usergroup !== '') person.groups.add(usergroup);
  }
  return [...people.values()]
    .flatMap(({ hub, labels: { username, usernameEscaped }, groups, marks }) => {
      const marked = marks.has(SEVERAL) ? [SEVERAL] : marks.has(NONE) ? [null] : [];
      const usergroups = groups.size > 0 ? [...groups].sort() : marked;
      return usergroups.map((usergroup): GroupMembership => ({ hub, username, usernameEscaped, usergroup }));
    })
    .sort(byHubAndUsername);
}

/** As JupyterHub and file systems limit names; much longer ones are too long for the keys of tables. */
const LONGEST_NAME = 255;

/** @throws ImpossibleReadingError for usage or a group of nobody, or of no namespace: it can be charged to nobody. */
function requireNames(
  dataset: UsageDataset,
  day: Day,
  namespace: string,
  username: string,
  ...others: readonly string[]
): void {
  const of = `a series of namespace ${JSON.stringify(namespace.slice(0, LONGEST_NAME))}`;
  const isBad = (name: string) => name.length > LONGEST_NAME || name.includes('\0');
  const what =
    namespace === ''
      ? 'a series has no namespace'
      : username === ''
        ? `${of} names no user`
        : [namespace, username, ...others].some(isBad)
          ? `${of} has a name of more than ${LONGEST_NAME} characters, or with the character NUL`
          : undefined;
  if (what === undefined) return;
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

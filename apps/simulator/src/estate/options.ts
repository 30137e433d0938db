import type { Day } from '#libs/domain';

/** One JupyterHub. `tag`: the hub tag on its AWS resources, null when nobody tagged them. */
export interface HubOptions {
  readonly namespace: string;
  readonly tag: string | null;
  /** How KubeSpawner names pods and directories: before version 7, or since. */
  readonly slugs: 'legacy' | 'safe';
  /** Its part of the generated users, relative to the other hubs. 0: only those with awkward names, if any. */
  readonly weight: number;
  /** Users are throw-away names without directory, and unknown to the groups exporter (BinderHub). */
  readonly anonymous?: boolean;
  /** Used in one week of so many; 1 = always. */
  readonly oneWeekIn?: number;
}

export interface EstateOptions {
  readonly seed: number;
  /** The last day that exists. Cost and usage of later days are empty. */
  readonly today: Day;
  /** Days of usage before today that Prometheus still remembers. */
  readonly historyDays: number;
  readonly clusterName: string;
  /** The other cluster in the same account; it has a hub `prod` of its own. */
  readonly otherClusterName: string;
  /** Named users over all hubs, those with awkward names first. */
  readonly users: number;
  readonly hubs: readonly HubOptions[];
}

export const DEFAULT_HUBS: readonly HubOptions[] = [
  { namespace: 'prod', tag: 'prod', slugs: 'safe', weight: 4 },
  { namespace: 'staging', tag: 'staging', slugs: 'legacy', weight: 1 },
  { namespace: 'workshop', tag: 'workshop', slugs: 'legacy', weight: 2, oneWeekIn: 4 },
  { namespace: 'research-hub', tag: 'research', slugs: 'safe', weight: 2 },
  { namespace: 'sandbox', tag: null, slugs: 'safe', weight: 1 },
  { namespace: 'binder', tag: 'binder', slugs: 'legacy', weight: 0, anonymous: true },
];

export const DEFAULT_ESTATE: Omit<EstateOptions, 'today'> = {
  seed: 1,
  historyDays: 90,
  clusterName: 'hub-cluster',
  otherClusterName: 'other-cluster',
  users: 40,
  hubs: DEFAULT_HUBS,
};

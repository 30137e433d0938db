import { CORE, HOME_STORAGE, OTHER, type Component } from './components.js';

/** One cost allocation tag with the value that selects a cost; `<cluster>` in either stands for the cluster's name. */
export interface TagRule {
  readonly key: string;
  readonly value: string;
}

/**
 * How costs are attributed to a cluster, its hubs and components. The defaults are 2i2c's conventions; a deployment
 * replaces any of them with ATTRIBUTION_FILE, since other organisations tag differently.
 */
export interface AttributionConfig {
  /** Only costs of these AWS accounts count; none named: all that Cost Explorer shows, in a payer account every member's. */
  readonly linkedAccounts: readonly string[];
  /** A cost belongs to the cluster when it carries any of these tags. */
  readonly clusterTags: readonly TagRule[];
  /** The tag whose value names the hub; a cost without it belongs to hub `support`. */
  readonly hubTag: string;
  /** Volumes of home directories: this tag, on this service. */
  readonly homeStorage: { readonly tag: TagRule; readonly service: string };
  /** What runs whether or not anybody uses the hubs. */
  readonly core: {
    /** Nodes and root volumes: this tag, on any of these services. */
    readonly nodeTag: TagRule;
    readonly nodeServices: readonly string[];
    /** Costs of this service in these USAGE_TYPE_GROUPs (NAT gateways). */
    readonly service: string;
    readonly usageTypeGroups: readonly string[];
    /** Volumes of this service that carry any of these tags (hub databases, support). */
    readonly volumeTags: readonly TagRule[];
  };
  /** SERVICE → component; a service that is not here goes to `otherComponent`. */
  readonly serviceComponents: Readonly<Record<string, Component>>;
  /** The Kubernetes label of core nodes: what they could hold is no idle capacity of compute. */
  readonly coreNodeLabel: TagRule;
  /** Kubernetes namespace → hub, where a hub's tag value is not its namespace. */
  readonly namespaceHubs: Readonly<Record<string, string>>;
}

/** The service whose costs have an instance type. */
export const EC2_COMPUTE = 'Amazon Elastic Compute Cloud - Compute';
const EC2_OTHER = 'EC2 - Other';

export const DEFAULT_ATTRIBUTION: AttributionConfig = {
  linkedAccounts: [],
  clusterTags: [
    { key: 'alpha.eksctl.io/cluster-name', value: '<cluster>' },
    { key: 'kubernetes.io/cluster/<cluster>', value: 'owned' },
    { key: '2i2c.org/cluster-name', value: '<cluster>' },
  ],
  hubTag: '2i2c:hub-name',
  homeStorage: { tag: { key: '2i2c:volume-purpose', value: 'home-nfs' }, service: EC2_OTHER },
  core: {
    nodeTag: { key: '2i2c:node-purpose', value: 'core' },
    nodeServices: [EC2_OTHER, EC2_COMPUTE],
    service: EC2_OTHER,
    usageTypeGroups: ['EC2: NAT Gateway - Running Hours', 'EC2: NAT Gateway - Data Processed'],
    volumeTags: [
      { key: 'kubernetes.io/created-for/pvc/name', value: 'hub-db-dir' },
      { key: 'kubernetes.io/created-for/pvc/namespace', value: 'support' },
    ],
  },
  serviceComponents: {
    [EC2_COMPUTE]: 'compute',
    [EC2_OTHER]: 'compute',
    'Amazon Elastic Container Service for Kubernetes': CORE,
    'Amazon Elastic File System': HOME_STORAGE,
    'Amazon Simple Storage Service': 'object storage',
    'Amazon Elastic Load Balancing': 'networking',
    'Amazon Virtual Private Cloud': 'networking',
    'AWS Backup': 'backup',
  },
  coreNodeLabel: { key: 'hub.jupyter.org/node-purpose', value: 'core' },
  namespaceHubs: {},
};

/** The component of a service that is neither home storage nor core. */
export function componentOfService(attribution: AttributionConfig, service: string): Component {
  return Object.hasOwn(attribution.serviceComponents, service) ? attribution.serviceComponents[service]! : OTHER;
}

/** Every component that a cost can have. */
export function componentsOf(attribution: AttributionConfig): Component[] {
  return [...new Set([HOME_STORAGE, CORE, OTHER, ...Object.values(attribution.serviceComponents)])].sort();
}

/** The hub that a Kubernetes namespace holds. */
export function hubOfNamespace(attribution: AttributionConfig, namespace: string): string {
  return Object.hasOwn(attribution.namespaceHubs, namespace) ? attribution.namespaceHubs[namespace]! : namespace;
}

/** The namespaces of each hub that has several. */
export function namespacesOfDividedHubs(attribution: AttributionConfig): string[] {
  const known = [...new Set(Object.entries(attribution.namespaceHubs).flat())];
  const hubs = known.map((namespace) => hubOfNamespace(attribution, namespace));
  return known.filter((_, at) => hubs.indexOf(hubs[at]!) !== hubs.lastIndexOf(hubs[at]!));
}

/** The tag rule with `<cluster>` filled in. */
export function tagForCluster(rule: TagRule, cluster: string): TagRule {
  return { key: rule.key.replaceAll('<cluster>', cluster), value: rule.value.replaceAll('<cluster>', cluster) };
}

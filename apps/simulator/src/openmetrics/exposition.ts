export type Labels = Readonly<Record<string, string>>;

/** A metric family of the estate, with the help text of the exporter that gives it. */
export interface Family {
  readonly name: string;
  readonly help: string;
  /** Default: gauge. */
  readonly type?: 'counter';
}

export const CONTENT_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
export const END = '# EOF\n';

/** The metrics of the cluster, by the help texts of their exporters. */
export const FAMILIES = {
  requests: {
    name: 'kube_pod_container_resource_requests',
    help: 'The number of requested request resource by a container.',
  },
  annotations: { name: 'kube_pod_annotations', help: 'Kubernetes annotations converted to Prometheus labels.' },
  phases: { name: 'kube_pod_status_phase', help: "The pod's current phase." },
  directorySizes: { name: 'dirsize_total_size_bytes', help: 'Total Size of the Directory (in bytes)' },
  userGroups: {
    name: 'jupyterhub_user_group_info',
    help: 'JupyterHub namespace, username and user group membership information.',
  },
  nodeLabels: { name: 'kube_node_labels', help: 'Kubernetes labels converted to Prometheus labels.' },
  nodeAllocatable: {
    name: 'kube_node_status_allocatable',
    help: 'The allocatable for different resources of a node that are available for scheduling.',
  },
  workingSet: { name: 'container_memory_working_set_bytes', help: 'Current working set of the container in bytes.' },
  cpuUsage: {
    name: 'container_cpu_usage_seconds_total',
    help: 'Cumulative cpu time consumed in core-seconds',
    type: 'counter',
  },
} satisfies Record<string, Family>;

/** The lines that open a family; a counter's has not the ending of its samples. */
export function familyHead({ name, help, type }: Family): string {
  const family = type === 'counter' ? name.replace(/_total$/, '') : name;
  return `# HELP ${family} ${escape(help)}\n# TYPE ${family} ${type ?? 'gauge'}\n`;
}

/** A family's name with labels, as every sample of a series starts. */
export function seriesHead({ name }: Family, labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escape(value)}"`);
  return `${name}{${pairs.join(',')}}`;
}

function escape(text: string): string {
  return text.replace(/[\\"\n]/g, (letter) => (letter === '\n' ? '\\n' : `\\${letter}`));
}

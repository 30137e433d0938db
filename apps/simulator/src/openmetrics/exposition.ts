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

export const REQUESTS: Family = {
  name: 'kube_pod_container_resource_requests',
  help: 'The number of requested request resource by a container.',
};
export const ANNOTATIONS: Family = {
  name: 'kube_pod_annotations',
  help: 'Kubernetes annotations converted to Prometheus labels.',
};
export const PHASES: Family = {
  name: 'kube_pod_status_phase',
  help: "The pod's current phase.",
};
export const DIRECTORY_SIZES: Family = {
  name: 'dirsize_total_size_bytes',
  help: 'Total Size of the Directory (in bytes)',
};
export const USER_GROUPS: Family = {
  name: 'jupyterhub_user_group_info',
  help: 'JupyterHub namespace, username and user group membership information.',
};

export const NODE_LABELS: Family = {
  name: 'kube_node_labels',
  help: 'Kubernetes labels converted to Prometheus labels.',
};
export const NODE_ALLOCATABLE: Family = {
  name: 'kube_node_status_allocatable',
  help: 'The allocatable for different resources of a node that are available for scheduling.',
};
export const WORKING_SET: Family = {
  name: 'container_memory_working_set_bytes',
  help: 'Current working set of the container in bytes.',
};
export const CPU_USAGE: Family = {
  name: 'container_cpu_usage_seconds_total',
  help: 'Cumulative cpu time consumed in core-seconds',
  type: 'counter',
};

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

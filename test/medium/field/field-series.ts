import type { Day } from '#libs/domain';
import { every, type Series } from '../prometheus/open-metrics.js';

export const GIB = 2 ** 30;

export type Labels = Readonly<Record<string, string>>;

interface PodTimes {
  readonly day: Day;
  readonly from?: string;
  readonly to?: string;
}

/** Minute by minute, from 09:00 to 16:55 where nothing else is said: a sample without a mark of its end lasts five minutes more. */
const during = ({ day, from = '09:00:00', to = '16:55:00' }: PodTimes, value: number) =>
  every(60, `${day}T${from}`, `${day}T${to}`, value);

/** A user's pod: its annotation and its request for memory. */
export function pod(hub: string, user: string, gib: number, times: PodTimes, more: Labels = {}): Series[] {
  const of = { namespace: hub, pod: `jupyter-${user}`, uid: `uid-${hub}-${user}`, ...more };
  return [
    {
      metric: 'kube_pod_annotations',
      labels: { ...of, annotation_hub_jupyter_org_username: user },
      samples: during(times, 1),
    },
    {
      metric: 'kube_pod_container_resource_requests',
      labels: { container: 'notebook', node: 'node-1', resource: 'memory', unit: 'byte', ...of },
      samples: during(times, gib * GIB),
    },
  ];
}

/** The pod's phase, 1 from one instant to another and 0 for the rest of the series. */
export function phase(hub: string, user: string, name: string, day: Day, from: string, to: string): Series {
  const samples = every(60, `${day}T00:00:00`, `${day}T23:59:00`, 0).map(({ at }) => {
    const time = at.slice(11, 19);
    return { at, value: time >= from && time < to ? 1 : 0 };
  });
  return {
    metric: 'kube_pod_status_phase',
    labels: { namespace: hub, pod: `jupyter-${user}`, uid: `uid-${hub}-${user}`, phase: name },
    samples,
  };
}

/** A node with 32 GiB of memory, scraped every minute. */
export function node(name: string, from: string, to: string, more: Labels = {}): Series[] {
  return [
    {
      metric: 'kube_node_labels',
      labels: { node: name, label_node_kubernetes_io_instance_type: 'r5.xlarge', ...more },
      samples: every(60, from, to, 1),
    },
    allocatable(name, from, to),
  ];
}

export function allocatable(node: string, from: string, to: string): Series {
  return {
    metric: 'kube_node_status_allocatable',
    labels: { node, resource: 'memory', unit: 'byte' },
    samples: every(60, from, to, 32 * GIB),
  };
}

/** A home directory, scraped every ten minutes. */
export function home(hub: string, directory: string, gib: number, from: string, to: string, more: Labels = {}): Series {
  return {
    metric: 'dirsize_total_size_bytes',
    labels: { namespace: hub, directory, instance: `dirsize-${hub}`, ...more },
    samples: every(600, from, to, gib * GIB),
  };
}

export function membership(hub: string, user: string, usergroup: string, day: Day, metric = 'jupyterhub'): Series {
  return {
    metric: `${metric}_user_group_info`,
    labels: { namespace: hub, username: user, username_escaped: user, usergroup },
    samples: every(60, `${day}T00:00:00`, `${day}T23:55:00`, 1),
  };
}

import { every, type Series } from './open-metrics.js';

/*
 * Series of nodes and pods. A series of `[from, to)` is scraped half a minute before each minute, the last time five minutes
 * before its end, since Prometheus takes that sample for current so long: it counts from `from` to `to`, to the minute.
 */
export const GIB = 2 ** 30;
export const SHARES_DAY = '2026-03-02';

/** `HH:MM` or `24:00`. */
export type Span = readonly [from: string, to: string];
export const WHOLE_DAY: Span = ['00:00', '24:00'];

export function samples([from, to]: Span, value: number, day: string): Series['samples'] {
  const at = (time: string, seconds: number) => {
    const ms = Date.parse(`${day}T00:00:00Z`) + (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * 60_000;
    return new Date(ms + seconds * 1000).toISOString().slice(0, 19);
  };
  return every(60, at(from, -30), at(to, -330), value);
}

export interface Pod {
  readonly name: string;
  readonly user?: string;
  readonly node: string;
  readonly span: Span;
  readonly container?: string;
  readonly day?: string;
  readonly instances?: readonly string[];
  readonly requests: Readonly<Record<string, number>>;
}

export function pod({
  name,
  user,
  node,
  span,
  container = 'notebook',
  day = SHARES_DAY,
  instances = ['a'],
  requests,
}: Pod): Series[] {
  return instances.flatMap((instance) => [
    ...(user === undefined
      ? []
      : [
          {
            metric: 'kube_pod_annotations',
            labels: { namespace: 'prod', pod: name, annotation_hub_jupyter_org_username: user, instance },
            samples: samples(span, 1, day),
          },
        ]),
    ...Object.entries(requests).map(([resource, value]) => ({
      metric: 'kube_pod_container_resource_requests',
      labels: { namespace: 'prod', pod: name, container, node, resource, instance },
      samples: samples(span, value, day),
    })),
  ]);
}

export interface Node {
  readonly name: string;
  readonly type?: string;
  readonly span?: Span;
  readonly purpose?: string;
  readonly day?: string;
  readonly instances?: readonly string[];
  readonly allocatable: Readonly<Record<string, number>>;
}

export function node({
  name,
  type,
  span = WHOLE_DAY,
  purpose = 'user',
  day = SHARES_DAY,
  instances = ['a'],
  allocatable,
}: Node): Series[] {
  return instances.flatMap((instance) => [
    {
      metric: 'kube_node_labels',
      labels: {
        node: name,
        ...(type !== undefined && { label_node_kubernetes_io_instance_type: type }),
        label_hub_jupyter_org_node_purpose: purpose,
        instance,
      },
      samples: samples(span, 1, day),
    },
    ...Object.entries(allocatable).map(([resource, value]) => ({
      metric: 'kube_node_status_allocatable',
      labels: { node: name, resource, instance },
      samples: samples(span, value, day),
    })),
  ]);
}

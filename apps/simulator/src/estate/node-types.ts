const GIB = 1024 ** 3;

/** An EC2 instance type, as a node: what Kubernetes can give of it, and its price. */
export interface NodeType {
  readonly name: string;
  readonly usdPerHour: number;
  readonly purchase: 'on-demand' | 'spot';
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

const onDemand = { purchase: 'on-demand', gpus: 0 } as const;

export const STANDARD: NodeType = {
  ...onDemand,
  name: 'r5.xlarge',
  usdPerHour: 0.252,
  cpuCores: 3.92,
  memoryBytes: 31 * GIB,
};
export const LARGE: NodeType = {
  ...onDemand,
  name: 'r5.4xlarge',
  usdPerHour: 1.008,
  cpuCores: 15.89,
  memoryBytes: 124 * GIB,
};
export const WITH_GPU: NodeType = {
  ...onDemand,
  name: 'g4dn.xlarge',
  usdPerHour: 0.526,
  cpuCores: 3.92,
  memoryBytes: 14.5 * GIB,
  gpus: 1,
};
export const SPOT: NodeType = {
  name: 'm5.2xlarge',
  usdPerHour: 0.134,
  purchase: 'spot',
  cpuCores: 7.91,
  memoryBytes: 29 * GIB,
  gpus: 0,
};
/** What the cluster itself runs on. */
export const CORE: NodeType = {
  ...onDemand,
  name: 'r5.large',
  usdPerHour: 0.126,
  cpuCores: 1.93,
  memoryBytes: 14 * GIB,
};

/** What a pod asks for. */
export interface Request {
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** Each node's own pods (network, metrics): they ask for a little of it, in nobody's name. */
export const DAEMONS = [
  { name: 'aws-node', cpuCores: 0.05, memoryBytes: 128 * 1024 ** 2, gpus: 0 },
  { name: 'prometheus-node-exporter', cpuCores: 0.02, memoryBytes: 32 * 1024 ** 2, gpus: 0 },
] as const;

/** The largest of the shares of a node that a pod asks for. */
export function shareOf({ cpuCores, memoryBytes, gpus }: Request, type: NodeType): number {
  return Math.max(cpuCores / type.cpuCores, memoryBytes / type.memoryBytes, type.gpus > 0 ? gpus / type.gpus : 0);
}

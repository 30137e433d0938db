import {
  COMPUTE,
  HOME_STORAGE,
  MEMBERSHIPS,
  type ComputeMeasure,
  type DividingMeasure,
  type Measure,
  type UsageDataset,
} from '#libs/domain';
import { ambiguousNodes, nodeShares, nodeSharesStepwise } from './node-queries.js';
import {
  cpuRequested,
  cpuUsed,
  gpuRequested,
  homeStored,
  memoryRequested,
  memoryUsed,
  GROUP_SOURCE,
  POD_SOURCE,
  type NamedQuery,
  type Source,
} from './queries.js';
import { DIRECTORIES, type QuerySettings } from './selectors.js';

/** A measure, and how Prometheus is asked for it. Measures of one dataset have one source. */
export interface PrometheusMeasure extends Measure {
  /** What it counts, for the docs. */
  readonly counts: string;
  readonly source: Source;
  /** Gives one number per namespace and owner: the measure integrated over the day, in its unit. */
  readonly query: (settings: QuerySettings) => NamedQuery;
  /** Whom a sample is of: the user in the pod's annotation, or the owner of the directory. */
  readonly owner: 'user' | 'directory';
  /** Of nodes that `query` leaves out, where there are any: which these are, and what gives their part. */
  readonly apart?: {
    readonly nodes: (settings: QuerySettings) => NamedQuery;
    readonly query: (settings: QuerySettings, nodes: readonly string[]) => NamedQuery;
  };
}

const ofPods = { dataset: 'compute', source: POD_SOURCE, owner: 'user' } as const;
const informs = { ...ofPods, component: undefined };

/**
 * What is read of each user. Queries, conversion, coverage, the views' list, the doctor, /total_usage, the panels of
 * Sync health and the table in docs/cost-calculations.md follow from this list.
 */
export const MEASURES: readonly PrometheusMeasure[] = [
  {
    ...ofPods,
    name: 'node_share',
    counts: 'the largest share that a pod takes of its node',
    unit: 'node-seconds',
    component: COMPUTE,
    byInstanceType: true,
    query: nodeShares,
    apart: { nodes: ambiguousNodes, query: nodeSharesStepwise },
  },
  {
    ...ofPods,
    name: 'memory_requested',
    counts: 'memory that pods request',
    unit: 'byte-seconds',
    component: COMPUTE,
    query: memoryRequested,
  },
  {
    name: 'home_stored',
    counts: 'size of the home directory',
    unit: 'byte-seconds',
    dataset: HOME_STORAGE,
    source: { metric: DIRECTORIES, perHub: true },
    component: HOME_STORAGE,
    query: homeStored,
    owner: 'directory',
  },
  { ...informs, name: 'cpu_requested', counts: 'CPUs that pods request', unit: 'core-seconds', query: cpuRequested },
  {
    ...informs,
    name: 'gpu_requested',
    counts: 'accelerators that pods request',
    unit: 'GPU-seconds',
    query: gpuRequested,
  },
  { ...informs, name: 'memory_used', counts: 'memory that pods use', unit: 'byte-seconds', query: memoryUsed },
  { ...informs, name: 'cpu_used', counts: 'CPU time that pods use', unit: 'core-seconds', query: cpuUsed },
];

/**
 * The measures of a list that divide a cost: the part of the allocation policy that comes from them. Of compute the chosen
 * one and those behind it in the list, which take its place on days of which it was not read.
 */
export function dividingMeasures(
  measures: readonly Measure[],
  computeMeasure: ComputeMeasure = 'node_share',
): DividingMeasure[] {
  const first = measures.findIndex(({ name }) => name === computeMeasure);
  return measures.flatMap(({ name, dataset, component, byInstanceType = false }, index) => {
    const isPassedOver = component === COMPUTE && index < first;
    return component === undefined || isPassedOver ? [] : [{ name, dataset, component, byInstanceType }];
  });
}

/** The measures of a list that are read with a dataset; of the memberships there are none. */
export function measuresOf(dataset: UsageDataset, measures = MEASURES): PrometheusMeasure[] {
  return measures.filter((measure) => measure.dataset === dataset);
}

/** The datasets of a list of measures, and the memberships, each once. */
export function datasetsOf(measures: readonly Measure[]): UsageDataset[] {
  return [...new Set([...measures.map(({ dataset }) => dataset), MEMBERSHIPS])];
}

/** Where the samples of each dataset of a list come from. */
export function sourcesOf(measures: readonly PrometheusMeasure[]): Map<UsageDataset, Source> {
  return new Map([...measures.map(({ dataset, source }) => [dataset, source] as const), [MEMBERSHIPS, GROUP_SOURCE]]);
}

/** What every reading is made of, in the order of the list. */
export const DATASETS: readonly UsageDataset[] = datasetsOf(MEASURES);

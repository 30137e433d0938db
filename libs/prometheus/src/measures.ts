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
  type NamedQuery,
} from './queries.js';
import type { QuerySettings } from './selectors.js';

/** A measure, and how Prometheus is asked for it. */
export interface PrometheusMeasure extends Measure {
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

const informs = { dataset: 'compute', component: undefined, owner: 'user' } as const;

/**
 * What is read of each user. Queries, conversion, coverage, the views' list, the doctor, /total_usage and the panels of
 * Sync health follow from this list; docs/cost-calculations.md describes it.
 */
export const MEASURES: readonly PrometheusMeasure[] = [
  {
    name: 'node_share',
    unit: 'node-seconds',
    dataset: 'compute',
    component: COMPUTE,
    byInstanceType: true,
    query: nodeShares,
    apart: { nodes: ambiguousNodes, query: nodeSharesStepwise },
    owner: 'user',
  },
  {
    name: 'memory_requested',
    unit: 'byte-seconds',
    dataset: 'compute',
    component: COMPUTE,
    query: memoryRequested,
    owner: 'user',
  },
  {
    name: 'home_stored',
    unit: 'byte-seconds',
    dataset: 'home storage',
    component: HOME_STORAGE,
    query: homeStored,
    owner: 'directory',
  },
  { ...informs, name: 'cpu_requested', unit: 'core-seconds', query: cpuRequested },
  { ...informs, name: 'gpu_requested', unit: 'GPU-seconds', query: gpuRequested },
  { ...informs, name: 'memory_used', unit: 'byte-seconds', query: memoryUsed },
  { ...informs, name: 'cpu_used', unit: 'core-seconds', query: cpuUsed },
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

/** What every reading is made of, in the order of the list. */
export const DATASETS: readonly UsageDataset[] = datasetsOf(MEASURES);

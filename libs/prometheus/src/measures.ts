import {
  COMPUTE,
  HOME_STORAGE,
  MEMBERSHIPS,
  type DividingMeasure,
  type Measure,
  type UsageDataset,
} from '#libs/domain';
import { homeStored, memoryRequested, type NamedQuery } from './queries.js';
import type { QuerySettings } from './selectors.js';

/** A measure, and how Prometheus is asked for it. */
export interface PrometheusMeasure extends Measure {
  /** Gives one number per namespace and owner: the measure integrated over the day, in its unit. */
  readonly query: (settings: QuerySettings) => NamedQuery;
  /** Whom a sample is of: the user in the pod's annotation, or the owner of the directory. */
  readonly owner: 'user' | 'directory';
}

/**
 * What is read of each user. Queries, conversion, coverage, the views' list, the doctor, /total_usage and the panels of
 * Sync health follow from this list; docs/cost-calculations.md describes it.
 */
export const MEASURES: readonly PrometheusMeasure[] = [
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
];

/** The measures of a list that divide a cost: the part of the allocation policy that comes from them. */
export function dividingMeasures(measures: readonly Measure[]): DividingMeasure[] {
  return measures.flatMap(({ name, dataset, component }) =>
    component === undefined ? [] : [{ name, dataset, component }],
  );
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

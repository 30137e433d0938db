import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import type { Fault } from './faults.js';

/**
 * 2i2c's jupyterhub-cost-monitoring, as far as its answers go: what it asks and what it makes of the answers, told anew.
 * It shares no code with this project and nothing but the two sources with the system under test. Amounts are floats,
 * because there they are.
 */
export interface ExistingTool {
  readonly costExplorer: CostExplorerClient;
  readonly prometheusUrl: string;
  readonly clusterName: string;
  /** Faults that are taken out, so that the rest of an answer can be compared; as it is, it has them all. */
  readonly without: ReadonlySet<Fault>;
}

/** Days of a question, both included, as its users give them. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

export interface Sources {
  readonly costExplorerUrl: string;
  readonly prometheusUrl: string;
  readonly clusterName: string;
}

export function existingTool(sources: Sources, without: readonly Fault[] = []): ExistingTool {
  const costExplorer = new CostExplorerClient({
    endpoint: sources.costExplorerUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { prometheusUrl, clusterName } = sources;
  return { costExplorer, prometheusUrl, clusterName, without: new Set(without) };
}

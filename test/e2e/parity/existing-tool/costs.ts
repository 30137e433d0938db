import type { Expression, Group } from '@aws-sdk/client-cost-explorer';
import {
  askCostExplorer,
  attributable,
  BY_HUB,
  BY_SERVICE,
  core,
  HOME_VOLUMES,
  ofHub,
  USAGE,
} from './cost-explorer.js';
import type { DayRange, ExistingTool } from './existing-tool.js';
import { toCents } from './rounding.js';

const COMPONENTS: Readonly<Record<string, string>> = {
  'AWS Backup': 'backup',
  'EC2 - Other': 'compute',
  'Amazon Elastic Compute Cloud - Compute': 'compute',
  'Amazon Elastic Container Service for Kubernetes': 'core',
  'Amazon Elastic File System': 'home storage',
  'Amazon Elastic Load Balancing': 'networking',
  'Amazon Simple Storage Service': 'object storage',
  'Amazon Virtual Private Cloud': 'networking',
};

export interface TotalCost {
  readonly date: string;
  readonly cost: number;
  /** `account` or `attributable`; or the hub. */
  readonly name: string;
}

export interface ComponentCost {
  readonly date: string;
  readonly cost: number;
  readonly component: string;
}

export async function totalCosts(tool: ExistingTool, days: DayRange): Promise<TotalCost[]> {
  const filters = { account: USAGE, attributable: { And: [USAGE, attributable(tool)] } };
  const rows: TotalCost[] = [];
  for (const [name, filter] of Object.entries(filters)) {
    const results = await askCostExplorer(tool, days, filter, []);
    for (const { TimePeriod, Total } of results) {
      const cost = toCents(Number(Total!['UnblendedCost']!.Amount));
      rows.push({ date: TimePeriod!.Start!, cost, name });
    }
  }
  return rows;
}

export async function totalCostsPerHub(tool: ExistingTool, days: DayRange): Promise<TotalCost[]> {
  const results = await askCostExplorer(tool, days, { And: [USAGE, attributable(tool)] }, [BY_HUB]);
  return results.flatMap(({ TimePeriod, Groups }) =>
    Groups!.map((group) => ({
      date: TimePeriod!.Start!,
      cost: toCents(amountOf(group)),
      name: group.Keys![0]!.replace(/^[^$]*\$/, '') || 'support',
    })),
  );
}

/**
 * Services are added up by component, and rounded; then home storage is moved out of compute, and rounded; then core,
 * and rounded. What compute has too little of is not missed anywhere: it ends at 0.
 */
export async function totalCostsPerComponent(
  tool: ExistingTool,
  days: DayRange,
  hub?: string,
): Promise<ComponentCost[]> {
  const round = tool.without.has('rounds at every step') ? (usd: number) => usd : toCents;
  const ask = async (more: Expression[]) => {
    const filter = { And: [USAGE, attributable(tool), ...ofHub(hub), ...more] };
    const results = await askCostExplorer(tool, days, filter, [BY_SERVICE]);
    return results.map(({ TimePeriod, Groups }) => ({ date: TimePeriod!.Start!, groups: Groups! }));
  };
  const costs = new Map<string, Map<string, number>>();
  for (const { date, groups } of await ask([])) {
    const ofDay = new Map<string, number>();
    for (const group of groups) {
      const component = COMPONENTS[group.Keys![0]!] ?? 'other';
      ofDay.set(component, (ofDay.get(component) ?? 0) + amountOf(group));
    }
    costs.set(date, new Map([...ofDay].map(([component, usd]) => [component, round(usd)])));
  }
  const moveOutOfCompute = (date: string, component: string, groups: readonly Group[]) => {
    const moved = groups.reduce((sum, group) => sum + amountOf(group), 0);
    const ofDay = costs.get(date);
    if (moved <= 0 || !ofDay) return;
    const compute = ofDay.get('compute');
    if (compute !== undefined) ofDay.set('compute', round(Math.max(0, compute - moved)));
    ofDay.set(component, round((ofDay.get(component) ?? 0) + moved));
  };
  for (const { date, groups } of await ask([HOME_VOLUMES])) {
    const volumes = groups.filter((group) => group.Keys![0] === 'EC2 - Other');
    moveOutOfCompute(date, 'home storage', volumes);
  }
  for (const { date, groups } of await ask([core(tool)])) moveOutOfCompute(date, 'core', groups);
  return [...costs].flatMap(([date, ofDay]) => [...ofDay].map(([component, cost]) => ({ date, cost, component })));
}

function amountOf(group: Group): number {
  return Number(group.Metrics!['UnblendedCost']!.Amount);
}

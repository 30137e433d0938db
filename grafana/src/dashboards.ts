import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { cloudCosts } from './cloud-costs/dashboard.js';
import { groupCosts } from './group-costs/dashboard.js';
import { syncHealth } from './sync-health/dashboard.js';
import { userCosts } from './user-costs/dashboard.js';

/** Every dashboard by the name of its file, without `.json`. */
export function buildDashboards(): Readonly<Record<string, Dashboard>> {
  return {
    'cloud-costs': cloudCosts().build(),
    'user-costs': userCosts().build(),
    'group-costs': groupCosts().build(),
    'sync-health': syncHealth().build(),
  };
}

/** A dashboard as the file that Grafana reads. */
export function asFile(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

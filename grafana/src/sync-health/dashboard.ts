import { costDashboard } from '../dashboard.js';
import { apiMetricsDatasource, costsDatasource } from '../datasources.js';
import { cluster } from '../variables.js';
import { ageOfSync, computeFallbacks, coverageByDay, gapsOfUsage, newestDay, usageByDay } from './age.js';
import { errorShare, latencies, latencyByRoute, requestRates } from './api.js';
import { restatedByDay, restatements } from './restatements.js';
import { durations, runs, spentByDay } from './runs.js';

/** Whether the figures are fresh and whole, and how the API does. */
export const syncHealth = () =>
  costDashboard(
    {
      uid: 'jupyterhub-sync-health',
      title: 'Sync health',
      description:
        'Whether the figures are fresh and whole, what reading them cost, what AWS changed since, and how the API does.',
    },
    [costsDatasource(), apiMetricsDatasource(), cluster()],
    [
      {
        title: 'Age of data',
        panels: [ageOfSync(), newestDay(), usageByDay(), coverageByDay(), gapsOfUsage(), computeFallbacks()],
      },
      { title: 'Runs', panels: [runs(), durations(), spentByDay()] },
      { title: 'Restatements', panels: [restatedByDay(), restatements()] },
      { title: 'API', panels: [requestRates(), latencies(), errorShare(), latencyByRoute()] },
    ],
  );

import { costDashboard } from '../dashboard.js';
import { apiMetricsDatasource, costsDatasource } from '../datasources.js';
import { cluster, docs, step } from '../variables.js';
import { ageOfSync, computeFallbacks, gapsOfUsage, newestDay, usageByDay } from './age.js';
import { errorShare, latencies, latencyByRoute, requestRates } from './api.js';
import { restatedByStep, restatedTotal, restatements } from './restatements.js';
import { durations, runs, spentByStep } from './runs.js';
import { failures, isItWell } from './well.js';

/** Whether the figures are fresh and whole, and how the API does. */
export const syncHealth = () =>
  costDashboard(
    {
      uid: 'jupyterhub-sync-health',
      title: 'Sync health',
      description:
        'Whether the figures are fresh and whole, what reading them cost, what AWS changed since, and how the API does.',
    },
    [costsDatasource(), apiMetricsDatasource(), cluster(), step(), docs()],
    [
      { title: 'Now', panels: [isItWell(), failures(), ageOfSync(), newestDay()] },
      { title: 'Usage', panels: [usageByDay(), gapsOfUsage(), computeFallbacks()] },
      { title: 'Runs', panels: [runs(), durations(), spentByStep()] },
      { title: 'Restatements', panels: [restatedByStep(), restatedTotal(), restatements()] },
      { title: 'API', panels: [requestRates(), latencies(), errorShare(), latencyByRoute()] },
    ],
  );

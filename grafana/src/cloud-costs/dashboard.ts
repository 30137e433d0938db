import { costDashboard } from '../dashboard.js';
import { costsDatasource } from '../datasources.js';
import { cluster, component, hub, step } from '../variables.js';
import { anomalies, budgets, forecasts } from './budgets.js';
import {
  accountByStep,
  componentsByStep,
  hubsByStep,
  instanceTypesByStep,
  nobodyByStep,
  topUsersByStep,
} from './by-step.js';
import { estimatedDays } from '../estimated-days.js';
import { borneByNobody, month, roseMost, week, whoseRoseMost } from './first-screen.js';
import { monthByDay, months } from './months.js';
import { account, days, hubs, services } from './tables.js';

/** What the account, each hub and each component cost. */
export const cloudCosts = () =>
  costDashboard(
    {
      uid: 'jupyterhub-cloud-costs',
      title: 'Cloud costs',
      description: 'How the month goes, what rose, and what the AWS account, each hub and each component cost.',
    },
    [costsDatasource(), cluster(), step(), hub(), component()],
    [
      {
        title: 'This month',
        panels: [month(), week(), borneByNobody(), roseMost(), whoseRoseMost(), months(), monthByDay()],
      },
      { title: 'Budgets, forecast and unusual days', panels: [budgets(), forecasts(), anomalies()] },
      { title: 'Hubs, components and users', panels: [hubsByStep(), componentsByStep(), topUsersByStep(), hubs()] },
      { title: 'AWS services', panels: [services(), instanceTypesByStep().span(24)] },
      { title: 'The account, of the whole cluster', panels: [account(), days(), accountByStep(), nobodyByStep()] },
    ],
  ).annotation(estimatedDays());

import { costDashboard } from '../dashboard.js';
import { costsDatasource } from '../datasources.js';
import { cluster, component, hub } from '../variables.js';
import { accountByDay, componentsByDay, componentsOfHub, hubsByDay, nobodyByDay, services } from './by-day.js';
import { estimatedDays } from './estimated-days.js';
import { monthByDay, monthToDate } from './months.js';
import { account, attributedToNobody, days } from './totals.js';

/** What the account, each hub and each component cost. */
export const cloudCosts = () =>
  costDashboard(
    {
      uid: 'jupyterhub-cloud-costs',
      title: 'Cloud costs',
      description: 'What the AWS account, each hub and each component cost per day, and how the month goes.',
    },
    [costsDatasource(), cluster(), hub(), component()],
    [
      { title: 'Totals of the range', panels: [account(), attributedToNobody(), days(), accountByDay()] },
      { title: 'Month', panels: [monthToDate(), monthByDay()] },
      { title: 'Hubs and components', panels: [hubsByDay(), componentsByDay(), nobodyByDay(), services().span(12)] },
      { title: 'Each hub', panels: [componentsOfHub()] },
    ],
  ).annotation(estimatedDays());

import { costDashboard } from '../dashboard.js';
import { costsDatasource } from '../datasources.js';
import { estimatedDays } from '../estimated-days.js';
import { cluster, component, hub, step, topUsers as topUsersVariable, user, usergroup } from '../variables.js';
import { usageByStep, userComponentsByStep, userHubsByStep, usersByStep } from './by-step.js';
import { activeUsers, topUsers, usersTotal } from './totals.js';
import { users } from './users.js';

/** What each user cost, and what no user bears. */
export const userCosts = () =>
  costDashboard(
    {
      uid: 'jupyterhub-user-costs',
      title: 'User costs',
      description: 'What each user cost, directly and as their part of what all hubs share, and what no user bears.',
    },
    [costsDatasource(), cluster(), step(), hub(), component(), usergroup(), user(), topUsersVariable()],
    [
      { title: 'Top users', panels: [usersTotal(), activeUsers(), usersByStep(), topUsers()] },
      { title: 'Every user', panels: [users()] },
      { title: 'Hubs, components and usage', panels: [userComponentsByStep(), userHubsByStep(), usageByStep()] },
    ],
  ).annotation(estimatedDays());

import { costDashboard } from '../dashboard.js';
import { costsDatasource } from '../datasources.js';
import { cluster, component, hub, topUsers as topUsersVariable, user, usergroup } from '../variables.js';
import { userComponentsByDay, userHubsByDay, usersByDay } from './by-day.js';
import { activeUsers, topUsers, usersTotal } from './totals.js';
import { users } from './users.js';

/** What each user cost, and what no user bears. */
export const userCosts = () =>
  costDashboard(
    {
      uid: 'jupyterhub-user-costs',
      title: 'User costs',
      description:
        'What each user cost per day, directly and as their part of what all hubs share, and what no user bears.',
    },
    [costsDatasource(), cluster(), hub(), component(), usergroup(), user(), topUsersVariable()],
    [
      { title: 'Top users', panels: [usersTotal(), activeUsers(), topUsers(), usersByDay()] },
      { title: 'Hubs and components', panels: [userHubsByDay(), userComponentsByDay()] },
      { title: 'Every user', panels: [users()] },
    ],
  );

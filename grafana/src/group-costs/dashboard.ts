import { costDashboard } from '../dashboard.js';
import { costsDatasource } from '../datasources.js';
import { cluster, component, hub, user, usergroup } from '../variables.js';
import { byGroup, fullByDay, groupTotals, splitAndFull, splitByDay } from './by-group.js';
import { membersByDay, memberships, noGroup, severalGroups } from './members.js';

/** What each group cost, and who was in it. */
export const groupCosts = () =>
  costDashboard(
    {
      uid: 'jupyterhub-group-costs',
      title: 'Group costs',
      description: 'What each group cost, split and in full, and who was in which group on each day.',
    },
    [costsDatasource(), cluster(), hub(), component(), usergroup(), user()],
    [
      { title: 'Groups', panels: [splitAndFull(), groupTotals(), byGroup(), splitByDay(), fullByDay()] },
      { title: 'Members', panels: [membersByDay(), memberships(), severalGroups(), noGroup()] },
    ],
  );

import { costDashboard } from '../dashboard.js';
import { costsDatasource } from '../datasources.js';
import { estimatedDays } from '../estimated-days.js';
import { cluster, component, counted, hub, step, user, usergroup } from '../variables.js';
import { groups, groupsByStep, groupTotals, splitAndFull } from './by-group.js';
import { membersByStep, memberships, noGroup, severalGroups } from './members.js';

/** What each group cost, and who was in it. */
export const groupCosts = () =>
  costDashboard(
    {
      uid: 'jupyterhub-group-costs',
      title: 'Group costs',
      description: 'What each group cost, split or in full, and who was in which group on each day.',
    },
    [costsDatasource(), cluster(), step(), hub(), component(), usergroup(), user(), counted()],
    [
      { title: 'Groups', panels: [splitAndFull(), groupTotals(), groups(), groupsByStep()] },
      { title: 'Members', panels: [membersByStep(), memberships()] },
      { title: 'Users in no group, and which groups overlap', panels: [noGroup(), severalGroups()] },
    ],
  ).annotation(estimatedDays());

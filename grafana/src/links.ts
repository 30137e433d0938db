import { type DashboardLink, DashboardLinkType, defaultDashboardLink } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Column } from './panels.js';

/** Variables that the dashboards have in common. Each is sent along where it exists; a dashboard ignores what it lacks. */
type Variable =
  'datasource' | 'cluster' | 'step' | 'hub' | 'component' | 'usergroup' | 'user' | 'top_users' | 'counted';

/**
 * A link to a dashboard with the range and all variables kept, of which one is set to the cell's text. The row of the total
 * is called All, which Grafana takes for All.
 */
function linkTo(uid: string, title: string, kept: readonly Variable[], set: Variable): NonNullable<Column['link']> {
  const variables = kept.filter((name) => name !== set).map((name) => `\${${name}:queryparam}`);
  const chosen = `var-${set}=\${__value.text:percentencode}`;
  return { title, url: `/d/${uid}?${[...variables, chosen].join('&')}&\${__url_time_range}` };
}

const CLOUD: readonly Variable[] = ['datasource', 'cluster', 'step', 'hub', 'component'];
const USERS: readonly Variable[] = [...CLOUD, 'usergroup', 'user', 'top_users'];
const GROUPS: readonly Variable[] = [...CLOUD, 'usergroup', 'user', 'counted'];
const OF = { cloud: CLOUD, users: USERS, groups: GROUPS } as const;

type From = keyof typeof OF;

export const usersOfHub = (from: From) => linkTo('jupyterhub-user-costs', 'Users of this hub', OF[from], 'hub');
export const pageOfUser = (from: From) => linkTo('jupyterhub-user-costs', 'This user', OF[from], 'user');
export const membersOfGroup = (from: From) =>
  linkTo('jupyterhub-group-costs', 'This group and its members', OF[from], 'usergroup');
export const usersOfGroup = (from: From) =>
  linkTo('jupyterhub-user-costs', 'Users of this group', OF[from], 'usergroup');

/** A link of a panel to the section of docs/operations.md that says what to do; where the docs are is a variable. */
export function operations(section: string): { build(): DashboardLink } {
  const link: DashboardLink = {
    ...defaultDashboardLink(),
    title: 'What to do',
    type: DashboardLinkType.Link,
    url: `\${docs:raw}/operations.md#${section}`,
    targetBlank: true,
    placement: undefined,
  };
  return { build: () => link };
}

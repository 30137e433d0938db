import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkType,
  defaultDashboardLink,
  type Panel,
  type RowPanel,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Whatever carries it is offered in every dashboard's menu of links. */
export const DASHBOARD_TAG = 'jupyterhub-costs';

/** Built by hand: the SDK's builder would hide it in the menu of controls. */
const LINKS: DashboardLink = {
  ...defaultDashboardLink(),
  title: 'Costs',
  type: DashboardLinkType.Dashboards,
  tags: [DASHBOARD_TAG],
  asDropdown: true,
  includeVars: true,
  keepTime: true,
  placement: undefined,
};

interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
}

/** Panels under a heading. */
export interface Section {
  readonly title: string;
  readonly panels: readonly PanelBuilder[];
}

export interface DashboardText {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
}

/** What every dashboard has in common: UTC, whole days, the last 30 of them and today, one cursor, and the way to the others. */
export function costDashboard(
  text: DashboardText,
  variables: readonly Builder<VariableModel>[],
  sections: readonly Section[],
): DashboardBuilder {
  const dashboard = new DashboardBuilder(text.title)
    .uid(text.uid)
    .description(text.description)
    .tags([DASHBOARD_TAG])
    .timezone('utc')
    .time({ from: 'now-30d/d', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .editable()
    .variables([...variables])
    .link({ build: () => LINKS });
  let id = 0;
  for (const section of sections) {
    dashboard.withRow(numbered(new RowBuilder(section.title), ++id));
    for (const panel of section.panels) dashboard.withPanel(numbered(panel, ++id));
  }
  return dashboard;
}

/** Numbered by place, so that a link to a panel keeps working. */
function numbered<Numbered extends Builder<Panel | RowPanel> & { id(id: number): Numbered }>(
  panel: Numbered,
  id: number,
): Numbered {
  return panel.id(id);
}

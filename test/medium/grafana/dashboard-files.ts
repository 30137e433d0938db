import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DashboardVariable } from './expand-variables.js';

const FOLDER = join('grafana', 'dashboards');

/** A query of a dashboard, and what asks for it. */
export interface DashboardQuery {
  readonly dashboard: string;
  /** Title of the panel, name of the variable or of the annotation. */
  readonly title: string;
  /** Type of the panel, or `variable` or `annotation`. */
  readonly kind: string;
  readonly format: 'time_series' | 'table';
  readonly sql: string;
  readonly panel?: DashboardPanel;
}

export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly DashboardTarget[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fieldConfig?: {
    readonly overrides: readonly { readonly matcher: { readonly id: string; readonly options: string } }[];
  };
}

export interface DashboardTarget {
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly format?: 'time_series' | 'table';
  readonly rawSql?: string;
  readonly expr?: string;
}

export interface DashboardFile {
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly timezone: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly links: readonly { readonly type: string; readonly tags: readonly string[] }[];
  readonly tags: readonly string[];
  readonly panels: readonly DashboardPanel[];
  readonly templating: { readonly list: readonly (DashboardVariable & { readonly query?: string })[] };
  readonly annotations?: { readonly list: readonly { readonly name: string; readonly target: DashboardTarget }[] };
}

/** The dashboards as Grafana reads them. */
export const DASHBOARDS: readonly DashboardFile[] = readdirSync(FOLDER).map((file) => ({
  ...(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as DashboardFile),
  file,
}));

/** The dashboard of that uid. */
export function dashboardOf(uid: string): DashboardFile {
  const found = DASHBOARDS.find((dashboard) => dashboard.uid === uid);
  if (!found) throw new Error(`no dashboard ${uid}`);
  return found;
}

/** Every SQL query of a dashboard: of its variables, its annotations and its panels. */
export function sqlQueriesOf(dashboard: DashboardFile): DashboardQuery[] {
  const variables = dashboard.templating.list.flatMap(({ name, type, query }) =>
    type === 'query' ? [queryOf(dashboard, name, 'variable', { rawSql: query, format: 'table' })] : [],
  );
  const annotations = (dashboard.annotations?.list ?? []).map(({ name, target }) =>
    queryOf(dashboard, name, 'annotation', target),
  );
  const panels = dashboard.panels.flatMap((panel) =>
    (panel.targets ?? [])
      .filter(({ rawSql }) => rawSql !== undefined)
      .map((target) => ({ ...queryOf(dashboard, panel.title ?? '', panel.type, target), panel })),
  );
  return [...variables, ...annotations, ...panels];
}

/** The one query of a panel, variable or annotation. */
export function queryNamed(uid: string, title: string): DashboardQuery {
  const [query, ...others] = sqlQueriesOf(dashboardOf(uid)).filter((one) => one.title === title);
  if (!query || others.length > 0) throw new Error(`${1 + others.length} queries of ${uid} are called ${title}`);
  return query;
}

function queryOf(
  dashboard: DashboardFile,
  title: string,
  kind: string,
  target: Pick<DashboardTarget, 'rawSql' | 'format'>,
): DashboardQuery {
  return {
    dashboard: dashboard.uid,
    title,
    kind,
    format: target.format ?? 'time_series',
    sql: target.rawSql ?? '',
  };
}

/** What stands in the variables that choose how, not what. */
export const CHOSEN = { top_users: '5', step: 'auto', counted: 'split' } as const;

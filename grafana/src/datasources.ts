import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import { DatasourceVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

/** The uids that the provisioning files give; on another Grafana, pick its own datasources at the top of a dashboard. */
export const COSTS_UID = 'jupyterhub-costs';
export const API_METRICS_UID = 'jupyterhub-costs-prometheus';

const POSTGRES = 'grafana-postgresql-datasource';
const PROMETHEUS = 'prometheus';

/** Postgres, as a role that may read `reporting`. */
export const COSTS: DataSourceRef = { type: POSTGRES, uid: '${datasource}' };
/** The Prometheus that scrapes the API. */
export const API_METRICS: DataSourceRef = { type: PROMETHEUS, uid: '${prometheus}' };

/** Which Postgres the dashboard reads. */
export function costsDatasource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource')
    .label('Costs database')
    .type(POSTGRES)
    .current({ text: 'JupyterHub costs', value: COSTS_UID });
}

/** Which Prometheus the API's own metrics are in. */
export function apiMetricsDatasource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('prometheus')
    .label('API metrics')
    .type(PROMETHEUS)
    .current({ text: 'JupyterHub costs API', value: API_METRICS_UID });
}

/**
 * Where a transaction that changes stored figures says so, with the name of the cluster; Postgres passes it on when the
 * transaction commits. An empty name: the set of clusters itself has changed.
 */
export const CHANGE_CHANNEL = 'jupyterhub_costs_changed';

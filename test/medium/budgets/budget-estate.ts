import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSyncConfig } from '#libs/config';
import { SyncSession } from '#libs/database';
import type { Day } from '#libs/domain';
import type { SourceSummary } from '../../../apps/sync/src/run-summary.js';
import { keepBudgets } from '../../../apps/sync/src/steps/keep-budgets.js';
import { execute } from '../../support/database.js';
import { CLUSTER, HUB_POLICY, type StoredCluster } from '../database/stored-cluster.js';

export const TODAY = '2026-11-12';

/**
 * From August to the day before TODAY, each day: hub `prod` 70 USD of compute, which ada (40, group bio) and bob (30, groups
 * bio and geo) bear; hub `staging` 10 USD of compute, which an ada of its own bears; untagged 5 USD of core, which nobody does.
 */
export async function fillCosts(databaseUrl: string): Promise<void> {
  await execute(
    databaseUrl,
    `INSERT INTO cost_days (cluster, day, account_usd, cluster_usd, estimated, basis, attribution, policy, digest, run_id)
     SELECT '${CLUSTER}', day, 100, 85, true, 'amortized', '', '', '', 0 FROM ${DAYS};

     INSERT INTO attributed_costs (cluster, day, hub, service, component, amount_usd)
     SELECT '${CLUSTER}', day, hub, 'service', component, usd FROM ${DAYS}, (VALUES
       ('prod', 'compute', 70), ('staging', 'compute', 10), ('support', 'core', 5)) AS line (hub, component, usd);

     INSERT INTO usage_days (cluster, day, dataset, hub, status, coverage, read_at, method, digest, run_id)
     SELECT '${CLUSTER}', day, 'compute', '', 'final', 1, now(), 'node_share', '', 0 FROM ${DAYS};

     INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups, reason)
     SELECT '${CLUSTER}', day, hub, username, component, usd, 0, usergroups, reason FROM ${DAYS}, (VALUES
       ('prod', 'ada', 'compute', 40, '{bio}'::text[], NULL), ('prod', 'bob', 'compute', 30, '{bio,geo}', NULL),
       ('staging', 'ada', 'compute', 10, '{none}', NULL), ('support', NULL, 'core', 5, NULL, 'not allocated')
     ) AS line (hub, username, component, usd, usergroups, reason);

     INSERT INTO day_costs (cluster, day, hub, component, usergroups, reason, direct_usd, shared_usd)
     SELECT cluster, day, hub, component, usergroups, reason, direct_usd, shared_usd FROM user_costs`,
  );
}

const DAYS = `(SELECT day::date FROM generate_series('2026-08-01'::date, '2026-11-11'::date, '1 day') day) days`;

/** Adds to what a user, their hub and the cluster cost on a day. */
export async function addCost(
  databaseUrl: string,
  day: Day,
  hub: string,
  username: string,
  usd: number,
): Promise<void> {
  const on = `cluster = '${CLUSTER}' AND day = '${day}'`;
  await execute(
    databaseUrl,
    `UPDATE cost_days SET cluster_usd = cluster_usd + ${usd} WHERE ${on};
     UPDATE attributed_costs SET amount_usd = amount_usd + ${usd} WHERE ${on} AND hub = '${hub}';
     UPDATE user_costs SET direct_usd = direct_usd + ${usd} WHERE ${on} AND hub = '${hub}' AND username = '${username}';
     UPDATE day_costs SET direct_usd = direct_usd + ${usd} WHERE ${on} AND hub = '${hub}'
       AND usergroups = (SELECT usergroups FROM user_costs WHERE ${on} AND hub = '${hub}' AND username = '${username}')`,
  );
}

export interface BudgetRun {
  /** Content of BUDGETS_FILE. */
  readonly budgets?: string;
  readonly webhookUrl?: string | undefined;
  readonly today?: Day;
  readonly signal?: AbortSignal;
  /** Default: one of its own, as each process has. */
  readonly session?: SyncSession;
}

export const SECRET = 'of-a-test';

/** The step of a sync that keeps budgets. */
export async function runBudgets(
  stored: StoredCluster,
  {
    budgets = 'budgets: []',
    webhookUrl,
    today = TODAY,
    signal = new AbortController().signal,
    session,
  }: BudgetRun = {},
): Promise<SourceSummary> {
  const folder = mkdtempSync(join(tmpdir(), 'budgets-'));
  const path = join(folder, 'budgets.yaml');
  writeFileSync(path, budgets);
  try {
    const config = parseSyncConfig({
      DATABASE_URL: stored.url,
      CLUSTER_NAME: CLUSTER,
      PROMETHEUS_URL: 'http://prometheus.invalid',
      BUDGETS_FILE: path,
      ALERT_WEBHOOK_URL: webhookUrl,
      ALERT_WEBHOOK_SECRET: webhookUrl && SECRET,
    });
    const progress = { begin: () => {}, show: () => {}, end: () => {} };
    const own = session ?? stored.session;
    return await keepBudgets({ trigger: 'once', signal, progress, config, session: own, policy: HUB_POLICY, today });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

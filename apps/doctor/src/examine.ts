import type { SyncConfig } from '#libs/config';
import { knownCostWindow } from '#libs/cost-explorer';
import { dayOf } from '#libs/domain';
import { judgeClocks } from './checks/clocks.js';
import { judgeHubs } from './checks/hubs.js';
import { examineAccount } from './examinations/account.js';
import { examineCluster } from './examinations/cluster.js';
import { examineDatabase } from './examinations/database.js';
import { ok, skipped, warning, type Finding } from './finding.js';

export interface Report {
  readonly findings: readonly Finding[];
  /** Paid requests to Cost Explorer. */
  readonly requests: number;
}

/**
 * Looks at everything that a sync of this deployment depends on. Writes nothing; what a source says of itself is a finding.
 *
 * @param slips variables that look like ours and are none.
 */
export async function examine(config: SyncConfig, now: Date, slips: readonly string[] = []): Promise<Report> {
  const today = dayOf(now);
  const [database, account, cluster] = await Promise.all([
    examineDatabase(config.databaseUrl),
    examineAccount(config, today),
    examineCluster(config, knownCostWindow(today), now),
  ]);
  const { hubTags: tags } = account;
  const { namespaces } = cluster;
  return {
    findings: [
      ...judgeVariables(slips),
      ...database.findings,
      ...account.findings,
      ...cluster.findings,
      ...(tags && namespaces
        ? judgeHubs(config.attribution, { tags, namespaces })
        : [skipped('hubs', 'needs both the hub tags of AWS and the namespaces of Prometheus')]),
      judgeClocks({
        database: database.clockSkewMs,
        AWS: account.clockSkewMs,
        Prometheus: cluster.clockSkewMs,
      }),
    ],
    requests: account.requests,
  };
}

function judgeVariables(slips: readonly string[]): Finding[] {
  if (slips.length === 0) return [ok('environment', 'every variable that looks like one of ours is one')];
  return slips.map((slip) => warning('environment', slip, 'rename the variable, or take it away'));
}

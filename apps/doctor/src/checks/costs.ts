import { formatUsd, sumUsd, type DayWindow, type Usd } from '#libs/domain';
import { failure, ok, type Finding } from '../finding.js';

export interface CostFacts {
  readonly window: DayWindow;
  readonly accountUsd: Usd;
  /** What belongs to the cluster, by value of the hub tag; '' is what carries none. */
  readonly hubUsd: ReadonlyMap<string, Usd>;
}

/** Whether any cost is the cluster's, and whether hubs can be told apart. */
export function judgeCosts(clusterName: string, hubTag: string, { window, accountUsd, hubUsd }: CostFacts): Finding[] {
  const period = `from ${window.from} until ${window.until}`;
  if (accountUsd === 0n) {
    return [
      failure(
        'costs of the account',
        `none ${period}`,
        'enable Cost Explorer in the payer account (24 h until it has data) and allow linked account access',
      ),
    ];
  }
  const account = ok('costs of the account', `${dollars(accountUsd)} ${period}`);
  const clusterUsd = sumUsd(hubUsd.values());
  if (clusterUsd === 0n) {
    return [
      account,
      failure(
        'costs of the cluster',
        `no cost carries a tag of cluster ${clusterName}`,
        'compare CLUSTER_NAME with the values of the cluster tags; see the tags in this table',
      ),
    ];
  }
  const cluster = ok(
    'costs of the cluster',
    `${dollars(clusterUsd)} carry a tag of cluster ${clusterName}, ${percent(clusterUsd, accountUsd)}% of the account`,
  );
  return [account, cluster, judgeHubs(hubTag, clusterUsd, hubUsd)];
}

/** What is untagged is not judged: core nodes and the control plane are no hub's, and much of a small cluster. */
function judgeHubs(hubTag: string, clusterUsd: Usd, hubUsd: ReadonlyMap<string, Usd>): Finding {
  const check = 'costs by hub';
  const hubs = [...hubUsd.keys()].filter((hub) => hub !== '').sort();
  if (hubs.length === 0) {
    return failure(
      check,
      `no cost of the cluster carries ${hubTag}`,
      `tag node groups, volumes and buckets of each hub with ${hubTag}`,
    );
  }
  const untagged = percent(hubUsd.get('') ?? 0n, clusterUsd);
  return ok(check, `${hubs.join(', ')}; ${untagged}% carry no ${hubTag} and count for support`);
}

function percent(part: Usd, whole: Usd): bigint {
  return (part * 100n) / whole;
}

/** Cut to cents: enough for a look. */
function dollars(amount: Usd): string {
  return `${formatUsd(amount).slice(0, -8)} USD`;
}

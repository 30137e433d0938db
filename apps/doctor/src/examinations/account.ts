import type { SyncConfig } from '#libs/config';
import { asCostExplorerError, CostExplorerInspector, refusalOf } from '#libs/cost-explorer';
import { addDays, OperatorError, type Day, type DayWindow } from '#libs/domain';
import { judgeCosts } from '../checks/costs.js';
import { judgePermissions, type Answered } from '../checks/permissions.js';
import { judgeTags } from '../checks/tags.js';
import { failure, ok, type Finding } from '../finding.js';

export interface AccountExamination {
  readonly findings: readonly Finding[];
  /** Values of the hub tag on recent costs; undefined: AWS did not say. */
  readonly hubTags: readonly string[] | undefined;
  readonly clockSkewMs: number | undefined;
  /** Requests to Cost Explorer, each of which costs USD_PER_REQUEST. */
  readonly requests: number;
}

/** Costs of the last day or two are still coming in; two weeks have every kind of cost, weekends included. */
const LOOK_BACK_DAYS = 14;

/** Asks AWS four questions, with the credentials that the SDK finds, as the sync's. */
export async function examineAccount(config: SyncConfig, today: Day): Promise<AccountExamination> {
  const inspector = new CostExplorerInspector(config);
  const window = { from: addDays(today, -LOOK_BACK_DAYS), until: today };
  const examination = (findings: readonly Finding[], hubTags?: readonly string[]) => ({
    findings,
    hubTags,
    clockSkewMs: inspector.clockSkewMs,
    requests: inspector.requests,
  });
  try {
    const facts = await askAll(inspector, window);
    const costs = facts.costs.value && { window, ...facts.costs.value };
    const findings = [
      ok('AWS Cost Explorer', 'answers, and knows the credentials'),
      ...judgePermissions({
        getCostAndUsage: facts.costs.answered,
        getTags: facts.keysOnCosts.answered,
        listCostAllocationTags: facts.allocationTags.answered,
      }),
      ...judgeTags(config.attribution, config.clusterName, {
        allocationTags: facts.allocationTags.value,
        keysOnCosts: facts.keysOnCosts.value,
      }),
      ...(costs ? judgeCosts(config.clusterName, config.attribution.hubTag, costs) : []),
    ];
    return examination(findings, costs && [...costs.hubUsd.keys()]);
  } catch (error) {
    const fault = asCostExplorerError(error);
    if (!(fault instanceof OperatorError)) throw fault;
    const remedy =
      'give this process the credentials of the sync: web identity of its service account, AWS_PROFILE or access keys; ' +
      'let it reach ce.us-east-1.amazonaws.com:443';
    return examination([failure('AWS Cost Explorer', fault.message, remedy)]);
  }
}

async function askAll(inspector: CostExplorerInspector, window: DayWindow) {
  return {
    costs: await ask(async () => ({
      accountUsd: await inspector.fetchAccountUsd(window),
      hubUsd: await inspector.fetchHubCosts(window),
    })),
    keysOnCosts: await ask(() => inspector.fetchTagKeysOnCosts(window)),
    allocationTags: await ask(() => inspector.fetchAllocationTags()),
  };
}

/** What was answered, or why AWS refused. @throws what is no refusal: the other questions would fail alike. */
async function ask<Value>(question: () => Promise<Value>): Promise<{ answered: Answered; value?: Value }> {
  try {
    return { answered: 'allowed', value: await question() };
  } catch (error) {
    const answered = refusalOf(error);
    if (answered === undefined) throw error;
    return { answered };
  }
}

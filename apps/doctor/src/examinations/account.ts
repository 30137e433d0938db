import type { SyncConfig } from '#libs/config';
import {
  asCostExplorerError,
  CostExplorerError,
  CostExplorerInspector,
  refusalOf,
  startsBeforeData,
  type AwsErrorDescription,
} from '#libs/cost-explorer';
import { addDays, OperatorError, type Day, type DayWindow } from '#libs/domain';
import { judgeCosts, type CostFacts } from '../checks/costs.js';
import { judgePermissions } from '../checks/permissions.js';
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

/** Sends AWS four requests, with the credentials that the SDK finds, as the sync's. */
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
    const costs = facts.costs.value;
    const findings = [
      ok('AWS Cost Explorer', 'answers, and knows the credentials'),
      ...judgePermissions({
        getCostAndUsage: facts.costs.refused,
        getTags: facts.keysOnCosts.refused,
        listCostAllocationTags: facts.allocationTags.refused,
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
      fault instanceof CostExplorerError
        ? fault.remedy
        : 'run the doctor again; if it stays, report it as a fault of this software';
    const found = fault instanceof CostExplorerError ? fault.found : fault.message;
    return examination([failure('AWS Cost Explorer', found, remedy)]);
  }
}

async function askAll(inspector: CostExplorerInspector, window: DayWindow) {
  const costs = await ask(() => fetchCosts(inspector, window));
  return {
    costs,
    keysOnCosts: await ask(() => inspector.fetchTagKeysOnCosts(costs.value?.window ?? window)),
    allocationTags: await ask(() => inspector.fetchAllocationTags()),
  };
}

/** Of an account that is younger than the window, since its first day. */
async function fetchCosts(inspector: CostExplorerInspector, wanted: DayWindow): Promise<CostFacts> {
  const fetch = async (window: DayWindow): Promise<CostFacts> => ({
    window,
    accountUsd: await inspector.fetchAccountUsd(window),
    hubUsd: await inspector.fetchHubCosts(window),
  });
  try {
    return await fetch(wanted);
  } catch (error) {
    if (!startsBeforeData(error)) throw error;
    return fetch(await inspector.fitWindow(wanted));
  }
}

/** What was answered, or why AWS refused. @throws what is no refusal: the other questions would fail alike. */
async function ask<Value>(
  question: () => Promise<Value>,
): Promise<{ refused?: AwsErrorDescription | undefined; value?: Value }> {
  try {
    return { value: await question() };
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === undefined) throw error;
    return { refused };
  }
}

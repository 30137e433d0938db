import {
  GetCostAndUsageCommand,
  GetTagsCommand,
  ListCostAllocationTagsCommand,
  type CostExplorerClient,
} from '@aws-sdk/client-cost-explorer';
import { sumUsd, type CostBasis, type Day, type DayWindow, type Usd } from '#libs/domain';
import { mergeResults, type AnswerRow } from './answer.js';
import { describeAwsError, type AwsErrorDescription } from './describe-aws-error.js';
import type { FilterSubject } from './filters.js';
import { findFirstDay, startsBeforeData } from './first-day.js';
import { fetchPages } from './pages.js';
import { planCostRequests, type CostRequest } from './requests.js';
import { createSdkClient } from './sdk-client.js';

/** A tag key that AWS has seen on a resource, and whether costs can be grouped by it. */
export interface AllocationTag {
  readonly key: string;
  readonly active: boolean;
}

export interface CostExplorerInspectorOptions extends FilterSubject {
  readonly costBasis: CostBasis;
}

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** Somebody is waiting at a terminal: a fault that passes is better seen than waited for. */
const ATTEMPTS_PER_REQUEST = 2;
const MOST_ALLOCATION_TAGS_PER_PAGE = 1000;

/**
 * Asks Cost Explorer what a cost sync depends on and never checks: permissions, tags, whether any cost is the
 * cluster's. Every method throws the SDK's errors, and UnexpectedAnswerError where pages lead back to earlier ones; each
 * request, and each page, is taken to cost USD_PER_REQUEST.
 */
export class CostExplorerInspector {
  /** HTTP requests sent so far, the SDK's retries included. */
  requests = 0;
  /** How far AWS's clock is ahead of this machine's, in milliseconds, by the last answer; undefined: no answer yet. */
  clockSkewMs: number | undefined;
  readonly #client: CostExplorerClient;

  constructor(private readonly options: CostExplorerInspectorOptions) {
    this.#client = createSdkClient({
      attempts: ATTEMPTS_PER_REQUEST,
      connectMs: CONNECT_TIMEOUT_MS,
      answerMs: ANSWER_TIMEOUT_MS,
    });
    // Behind the SDK's retry loop, and before it makes errors of the answers that are none.
    this.#client.middlewareStack.add(
      (next) => async (args) => {
        this.requests += 1;
        const sentMs = Date.now();
        const result = await next(args);
        const { headers } = result.response as { headers?: Record<string, string> };
        const answeredMs = Date.parse(headers?.['date'] ?? '');
        if (!Number.isNaN(answeredMs)) this.clockSkewMs = answeredMs - (sentMs + Date.now()) / 2;
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'inspection' },
    );
  }

  /** The window, cut to the days that the account has data of; where it has none, the SDK's error is thrown. */
  async fitWindow(window: DayWindow): Promise<DayWindow> {
    let refused: unknown;
    const answersFrom = async (from: Day): Promise<boolean> => {
      try {
        await this.fetchAccountUsd({ ...window, from });
        return true;
      } catch (error) {
        if (!startsBeforeData(error)) throw error;
        refused = error;
        return false;
      }
    };
    const from = await findFirstDay(window, answersFrom);
    if (from === undefined) throw refused;
    return { ...window, from };
  }

  /** What the whole account cost in the window, by the deployment's cost basis. Needs ce:GetCostAndUsage. */
  async fetchAccountUsd(window: DayWindow): Promise<Usd> {
    const rows = await this.#fetchRows(this.#plan(window).account, window);
    return sumUsd(rows.map(({ amountUsd }) => amountUsd));
  }

  /** What belongs to the cluster in the window, by value of the hub tag; '' is what carries none. */
  async fetchHubCosts(window: DayWindow): Promise<Map<string, Usd>> {
    const { hubTag } = this.options.attribution;
    const { name, metric, input } = this.#plan(window).attributable;
    const byHub: CostRequest = { name, metric, input: { ...input, GroupBy: [{ Type: 'TAG', Key: hubTag }] } };
    const costs = new Map<string, Usd>();
    for (const { keys, amountUsd } of await this.#fetchRows(byHub, window)) {
      // `<tag>$<value>`
      const hub = (keys[0] ?? '').slice(hubTag.length + 1);
      costs.set(hub, (costs.get(hub) ?? 0n) + amountUsd);
    }
    return costs;
  }

  /** The tag keys that costs of the window carry: those of tags that are active. Needs ce:GetTags. */
  async fetchTagKeysOnCosts(window: DayWindow): Promise<string[]> {
    const period = { Start: window.from, End: window.until };
    const pages = await fetchPages(
      'tags on costs',
      (NextPageToken) => this.#client.send(new GetTagsCommand({ TimePeriod: period, NextPageToken })),
      (page) => page.NextPageToken,
    );
    return pages.flatMap(({ Tags = [] }) => Tags);
  }

  /**
   * Every tag key that AWS has seen on the account's resources. Needs ce:ListCostAllocationTags, and an account that
   * pays for itself: a member of an organisation is refused whatever its policies allow.
   */
  async fetchAllocationTags(): Promise<AllocationTag[]> {
    const MaxResults = MOST_ALLOCATION_TAGS_PER_PAGE;
    const pages = await fetchPages(
      'cost allocation tags',
      (NextToken) => this.#client.send(new ListCostAllocationTagsCommand({ MaxResults, NextToken })),
      (page) => page.NextToken,
    );
    return pages
      .flatMap(({ CostAllocationTags = [] }) => CostAllocationTags)
      .flatMap(({ TagKey, Status }) => (TagKey === undefined ? [] : [{ key: TagKey, active: Status === 'Active' }]));
  }

  #plan(window: DayWindow) {
    return planCostRequests(this.options, this.options.costBasis, window);
  }

  async #fetchRows(request: CostRequest, window: DayWindow): Promise<AnswerRow[]> {
    const pages = await fetchPages(
      request.name,
      (NextPageToken) => this.#client.send(new GetCostAndUsageCommand({ ...request.input, NextPageToken })),
      (page) => page.NextPageToken,
    );
    const results = pages.flatMap(({ ResultsByTime = [] }) => ResultsByTime);
    return [...mergeResults(request, window, results).values()].flatMap(({ rows }) => rows);
  }
}

/** Why AWS refused a request, in an operator's words; undefined when it failed in another way. */
export function refusalOf(error: unknown): AwsErrorDescription | undefined {
  const description = describeAwsError(error);
  return description.refusal === undefined ? undefined : description;
}

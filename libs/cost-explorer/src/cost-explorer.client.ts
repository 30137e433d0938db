import { promises as timers } from 'node:timers';
import {
  GetCostAndUsageCommand,
  InvalidNextTokenException,
  RequestChangedException,
  type CostExplorerClient,
} from '@aws-sdk/client-cost-explorer';
import type { CostBasis, CostReading, Day, DayWindow } from '#libs/domain';
import { mergeResults, requireEveryDay, type CostAnswer } from './answer.js';
import { convertAnswers, type CostAnswers, type PartAnswer } from './convert.js';
import { asCostExplorerError } from './describe-aws-error.js';
import { PartitionMismatchError } from './errors.js';
import type { FilterSubject } from './filters.js';
import { findFirstDay, startsBeforeData } from './first-day.js';
import { fetchPages } from './pages.js';
import { findMismatches } from './reconcile.js';
import { RequestMeter } from './request-meter.js';
import { createSdkClient } from './sdk-client.js';
import { planCostRequests, type CostRequest, type CostRequests } from './requests.js';

export interface CostExplorerReaderOptions extends FilterSubject {
  readonly costBasis: CostBasis;
  /** Called for every HTTP request before it is sent, retries and pages included. */
  readonly onRequest?: () => void;
  /** A reading fails before it sends more HTTP requests than this. */
  readonly maxRequests?: number;
  readonly timing?: Partial<Timing>;
}

/** How long to wait, in milliseconds. */
export interface Timing {
  /** For a connection. */
  readonly connectMs: number;
  /** For the next byte of an answer, once connected; each of the SDK's attempts has this long. */
  readonly answerMs: number;
  /** For Cost Explorer to finish the refresh that made its answers contradict each other. */
  readonly settleMs: number;
}

const TIMING: Timing = { connectMs: 5_000, answerMs: 60_000, settleMs: 5_000 };

/** Throttling, 5xx and lost connections are tried again by the SDK, with exponential delays. */
const ATTEMPTS_PER_REQUEST = 5;

/** A refresh takes effect between two requests now and then; three times in a row it is no coincidence. */
const ATTEMPTS_TO_RECONCILE = 3;

/** What one reading carries from request to request. */
interface Progress {
  readonly window: DayWindow;
  readonly meter: RequestMeter;
  readonly signal: AbortSignal | undefined;
}

/** Reads daily costs from AWS Cost Explorer. Credentials and endpoint come from the SDK's own chain. */
export class CostExplorerReader {
  private readonly client: CostExplorerClient;
  private readonly timing: Timing;

  constructor(private readonly options: CostExplorerReaderOptions) {
    this.timing = { ...TIMING, ...options.timing };
    const { connectMs, answerMs } = this.timing;
    this.client = createSdkClient({ attempts: ATTEMPTS_PER_REQUEST, connectMs, answerMs });
  }

  /**
   * The costs of every day of the window: the account's total, and what belongs to the cluster by hub, service and
   * component, in exact USD, proven to add up to Cost Explorer's own attributable total. Where the account is younger than
   * the window, the reading's window begins with its first day that has data; to find it takes ten requests for 14 months.
   *
   * @throws PartitionMismatchError when the parts still do not add up after asking again.
   * @throws IncompleteAnswerError, UnexpectedAnswerError when an answer is not what was asked for.
   * @throws RequestBudgetExceededError before the request that would exceed `maxRequests`.
   * @throws CostExplorerError when the SDK failed, in an operator's words.
   */
  async fetchCosts(window: DayWindow, signal?: AbortSignal): Promise<CostReading> {
    const { maxRequests = Infinity, onRequest = () => {} } = this.options;
    const progress: Progress = { window, meter: new RequestMeter(maxRequests, onRequest), signal };
    try {
      return await this.fetchWindow(progress);
    } catch (error) {
      if (!startsBeforeData((error as Error).cause)) throw error;
      const from = await findFirstDay(window, (day) => this.answersFrom(day, progress));
      if (from === undefined) throw error;
      return await this.fetchWindow({ ...progress, window: { ...window, from } });
    }
  }

  private async fetchWindow(progress: Progress): Promise<CostReading> {
    const { window } = progress;
    const requests = this.plan(window);
    const { attributable, parts } = await this.fetchReconciled(requests, progress);
    // Last, so that it does not predate the refresh that the others were asked again for.
    const account = await this.fetchAnswer(requests.account, progress);
    requireEveryDay(requests.account, window, account);
    return {
      window,
      days: convertAnswers(this.options.attribution, window, { account, attributable, parts }),
      requests: progress.meter.requests,
    };
  }

  private async answersFrom(day: Day, progress: Progress): Promise<boolean> {
    const window = { ...progress.window, from: day };
    try {
      await this.fetchAnswer(this.plan(window).account, { ...progress, window });
      return true;
    } catch (error) {
      if (startsBeforeData((error as Error).cause)) return false;
      throw error;
    }
  }

  private plan(window: DayWindow): CostRequests {
    return planCostRequests(this.options, this.options.costBasis, window);
  }

  private async fetchReconciled(requests: CostRequests, progress: Progress): Promise<Omit<CostAnswers, 'account'>> {
    for (let attempt = 1; ; attempt += 1) {
      const attributable = await this.fetchAnswer(requests.attributable, progress);
      requireEveryDay(requests.attributable, progress.window, attributable);
      const parts: PartAnswer[] = [];
      for (const request of requests.parts) {
        const { component, service } = request;
        parts.push({ component, service, answer: await this.fetchAnswer(request, progress) });
      }
      const mismatches = findMismatches(
        progress.window,
        attributable,
        parts.map(({ answer }) => answer),
      );
      if (mismatches.length === 0) return { attributable, parts };
      if (attempt === ATTEMPTS_TO_RECONCILE) throw new PartitionMismatchError(mismatches);
      await timers.setTimeout(this.timing.settleMs, undefined, { signal: progress.signal });
    }
  }

  /** All pages of a request. When the pages came to belong to an older state of the data, once more from the first. */
  private async fetchAnswer(request: CostRequest, progress: Progress): Promise<CostAnswer> {
    try {
      return await this.fetchFromFirstPage(request, progress);
    } catch (error) {
      const { cause } = error as Error;
      if (!(cause instanceof InvalidNextTokenException || cause instanceof RequestChangedException)) throw error;
      return await this.fetchFromFirstPage(request, progress);
    }
  }

  private async fetchFromFirstPage(request: CostRequest, { window, meter, signal }: Progress): Promise<CostAnswer> {
    const pages = await fetchPages(
      request.name,
      (NextPageToken) => {
        const command = new GetCostAndUsageCommand({ ...request.input, NextPageToken });
        meter.attachTo(command);
        return this.client.send(command, { abortSignal: signal }).catch((error: unknown) => {
          throw asCostExplorerError(error);
        });
      },
      (page) => page.NextPageToken,
    );
    const results = pages.flatMap(({ ResultsByTime = [] }) => ResultsByTime);
    return mergeResults(request, window, results);
  }
}

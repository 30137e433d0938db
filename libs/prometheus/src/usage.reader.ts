import type { PrometheusConfig } from '#libs/config';
import {
  addDays,
  countDays,
  dayOf,
  eachDay,
  startOfDay,
  USAGE_DATASETS,
  type AttributionConfig,
  type DatasetReading,
  type Day,
  type DayWindow,
  type GroupMembership,
  type UsageDataset,
  type UserLabels,
  type UserUsage,
} from '#libs/domain';
import {
  convertCompute,
  convertCoverage,
  convertHomeStorage,
  convertMemberships,
  convertUserLabels,
} from './convert.js';
import { PrometheusClient, type PrometheusClientOptions, type Sample, type Traffic } from './prometheus.client.js';
import { ImpossibleReadingError, NoQuantityError } from './prometheus-errors.js';
import {
  computeByteSeconds,
  coveredSteps,
  homeStorageByteSeconds,
  memberships,
  presence,
  SECONDS_PER_DAY,
  type NamedQuery,
} from './queries.js';

/** A day's memberships, and the labels that came with them, which tell whose the home directories of that day are. */
export interface MembershipReading extends DatasetReading<GroupMembership> {
  readonly labels: readonly UserLabels[];
}

export interface UsageReaderOptions extends PrometheusClientOptions {
  readonly config: PrometheusConfig;
  readonly attribution: AttributionConfig;
  /** Step at which compute is sampled; divides a day. */
  readonly resolutionSeconds: number;
}

// The age up to which a sample counts as current: steps of this length leave no sample unseen.
const PRESENCE_STEP_SECONDS = 300;
// 1,440 points of the 11,000 that a server allows; with 20,000 series 29 of its 50 million samples.
const PRESENCE_CHUNK_DAYS = 5;

/**
 * Reads who used what, one day and one question at a time, so that neither this process nor Prometheus holds more than
 * a day, however long the history. Every method throws PrometheusError, or the signal's reason when it was stopped;
 * those that fetch a dataset of a day throw ImpossibleReadingError for a reading that cannot be.
 *
 * A day that still runs is read as all others, at its end: coverage then is below 1, and a pod that runs now is counted
 * for up to five minutes more, as long as Prometheus takes its last sample as current.
 */
export class UsageReader {
  readonly #client: PrometheusClient;
  readonly #attribution: AttributionConfig;
  readonly #resolutionSeconds: number;

  constructor({ config, attribution, resolutionSeconds, ...options }: UsageReaderOptions) {
    this.#client = new PrometheusClient(config, options);
    this.#attribution = attribution;
    this.#resolutionSeconds = resolutionSeconds;
  }

  /** Requests, bytes and waiting time so far. */
  get traffic(): Readonly<Traffic> {
    return this.#client.traffic;
  }

  /** The days of the window for which Prometheus has samples of any dataset, in order. */
  async fetchRememberedDays(window: DayWindow): Promise<Day[]> {
    const remembered = new Set<Day>();
    for (const dataset of USAGE_DATASETS) {
      for (const chunk of chunksOf(window)) {
        if (eachDay(chunk).every((day) => remembered.has(day))) continue;
        const end = new Date(startOfDay(chunk.until).getTime() - 1);
        const instants = await this.#client.fetchInstantsWithValue(
          presence(dataset),
          startOfDay(chunk.from),
          end,
          PRESENCE_STEP_SECONDS,
        );
        for (const instant of instants) remembered.add(dayOf(instant));
      }
    }
    return [...remembered].sort();
  }

  /** Memory requested by each user's pods on that day. */
  async fetchCompute(day: Day): Promise<DatasetReading<UserUsage>> {
    const samples = await this.#fetch(day, 'compute', computeByteSeconds(this.#resolutionSeconds));
    return {
      ...(await this.#fetchCoverage(day, 'compute')),
      rows: convertCompute(day, samples, this.#attribution),
    };
  }

  /** Who was in which group on that day. */
  async fetchMemberships(day: Day): Promise<MembershipReading> {
    const samples = await this.#fetch(day, 'memberships', memberships());
    const labels = convertUserLabels(day, samples);
    return {
      ...(await this.#fetchCoverage(day, 'memberships')),
      rows: convertMemberships(labels, samples, this.#attribution),
      labels,
    };
  }

  /** The labels of `fetchMemberships` alone, for who wants nothing else of it. */
  async fetchUserLabels(day: Day): Promise<UserLabels[]> {
    return convertUserLabels(day, await this.#fetch(day, 'memberships', memberships()));
  }

  /** Size of each user's home directories on that day; `labels` are those of `fetchMemberships` for the same day. */
  async fetchHomeStorage(day: Day, labels: readonly UserLabels[]): Promise<DatasetReading<UserUsage>> {
    const samples = await this.#fetch(day, 'home storage', homeStorageByteSeconds());
    return {
      ...(await this.#fetchCoverage(day, 'home storage')),
      rows: convertHomeStorage(day, samples, labels, this.#attribution),
    };
  }

  async #fetchCoverage(day: Day, dataset: UsageDataset) {
    const query = coveredSteps(dataset, this.#resolutionSeconds);
    const [steps] = await this.#fetch(day, dataset, query);
    const seconds = (steps?.value ?? 0) * query.stepSeconds;
    return { day, dataset, coverage: convertCoverage(day, dataset, seconds / SECONDS_PER_DAY) };
  }

  async #fetch(day: Day, dataset: UsageDataset, query: NamedQuery): Promise<Sample[]> {
    try {
      return await this.#client.fetchInstant(query, new Date(startOfDay(addDays(day, 1)).getTime() - 1));
    } catch (error) {
      if (!(error instanceof NoQuantityError)) throw error;
      throw new ImpossibleReadingError(dataset, day, error.message, 'check what writes that series');
    }
  }
}

function chunksOf(window: DayWindow): DayWindow[] {
  const count = Math.ceil(countDays(window) / PRESENCE_CHUNK_DAYS);
  return Array.from({ length: count }, (_, index) => {
    const from = addDays(window.from, index * PRESENCE_CHUNK_DAYS);
    const until = addDays(from, PRESENCE_CHUNK_DAYS);
    return { from, until: until < window.until ? until : window.until };
  });
}

import type { PrometheusConfig } from '#libs/config';
import {
  addDays,
  ALL_HUBS,
  countDays,
  dayOf,
  eachDay,
  MEMBERSHIPS,
  startOfDay,
  type AttributionConfig,
  type DatasetReading,
  type Day,
  type DayWindow,
  type GroupMembership,
  type UsageDataset,
  type UserUsage,
} from '#libs/domain';
import { convertCoverage, convertMemberships, convertUsage, convertUserLabels } from './convert.js';
import { coverageOf, datasetsOf, MEASURES, measuresOf, type PrometheusMeasure } from './measures.js';
import { PrometheusClient, type PrometheusClientOptions, type Sample, type Traffic } from './prometheus.client.js';
import { ImpossibleReadingError, NoQuantityError } from './prometheus-errors.js';
import { coveredSteps, memberships, presence, SECONDS_PER_DAY, type NamedQuery } from './queries.js';

export interface UsageReaderOptions extends PrometheusClientOptions {
  readonly config: PrometheusConfig;
  readonly attribution: AttributionConfig;
  /** Step at which compute is sampled; divides a day. */
  readonly resolutionSeconds: number;
  /** Default: MEASURES. */
  readonly measures?: readonly PrometheusMeasure[];
}

// The age up to which a sample counts as current: steps of this length leave no sample unseen.
const PRESENCE_STEP_SECONDS = 300;
// 1,440 points of the 11,000 that a server allows; with 20,000 series 29 of its 50 million samples.
const PRESENCE_CHUNK_DAYS = 5;

/**
 * Reads who used what, one day and one dataset at a time, so that neither this process nor Prometheus holds more than
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
  readonly #measures: readonly PrometheusMeasure[];
  /** Of the day that was asked for last: they tell whose its directories are. */
  #members: { readonly day: Day; readonly samples: readonly Sample[] } | undefined;

  constructor({ config, attribution, resolutionSeconds, measures = MEASURES, ...options }: UsageReaderOptions) {
    this.#client = new PrometheusClient(config, options);
    this.#attribution = attribution;
    this.#resolutionSeconds = resolutionSeconds;
    this.#measures = measures;
  }

  /** Requests, bytes and waiting time so far. */
  get traffic(): Readonly<Traffic> {
    return this.#client.traffic;
  }

  /** The days of the window for which Prometheus has samples of any dataset, in order. */
  async fetchRememberedDays(window: DayWindow): Promise<Day[]> {
    const remembered = new Set<Day>();
    for (const dataset of datasetsOf(this.#measures)) {
      for (const chunk of chunksOf(window)) {
        if (eachDay(chunk).every((day) => remembered.has(day))) continue;
        const end = new Date(startOfDay(chunk.until).getTime() - 1);
        const instants = await this.#client.fetchInstantsWithValue(
          presence(coverageOf(dataset, this.#resolutionSeconds).selector),
          startOfDay(chunk.from),
          end,
          PRESENCE_STEP_SECONDS,
        );
        for (const instant of instants) remembered.add(dayOf(instant));
      }
    }
    return [...remembered].sort();
  }

  /** One dataset of one day, for all hubs at once. */
  async fetchReading(day: Day, dataset: UsageDataset): Promise<DatasetReading> {
    const measures = measuresOf(dataset, this.#measures);
    const rows = dataset === MEMBERSHIPS ? await this.#fetchMemberships(day) : await this.#fetchUsage(day, measures);
    return {
      day,
      dataset,
      hub: ALL_HUBS,
      coverage: await this.#fetchCoverage(day, dataset),
      measures: measures.map(({ name }) => name),
      rows,
    };
  }

  async #fetchMemberships(day: Day): Promise<GroupMembership[]> {
    const samples = await this.#fetchMembers(day);
    return convertMemberships(convertUserLabels(day, samples), samples, this.#attribution);
  }

  async #fetchUsage(day: Day, measures: readonly PrometheusMeasure[]): Promise<UserUsage[]> {
    const rows: UserUsage[] = [];
    for (const measure of measures) {
      const labels = measure.owner === 'directory' ? convertUserLabels(day, await this.#fetchMembers(day)) : [];
      const samples = await this.#fetch(day, measure.dataset, measure.query(this.#resolutionSeconds));
      rows.push(...convertUsage(measure, samples, { day, attribution: this.#attribution, labels }));
    }
    return rows;
  }

  /** Requested once a day, however many datasets need it. */
  async #fetchMembers(day: Day): Promise<readonly Sample[]> {
    if (this.#members?.day !== day) {
      this.#members = { day, samples: await this.#fetch(day, MEMBERSHIPS, memberships()) };
    }
    return this.#members.samples;
  }

  async #fetchCoverage(day: Day, dataset: UsageDataset): Promise<number> {
    const { selector, stepSeconds } = coverageOf(dataset, this.#resolutionSeconds);
    const [steps] = await this.#fetch(day, dataset, coveredSteps(selector, stepSeconds));
    return convertCoverage(day, dataset, ((steps?.value ?? 0) * stepSeconds) / SECONDS_PER_DAY);
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

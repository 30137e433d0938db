import type { PrometheusConfig } from '#libs/config';
import {
  addDays,
  ALL_HUBS,
  countDays,
  dayOf,
  eachDay,
  HOME_STORAGE,
  hubOfNamespace,
  MEMBERSHIPS,
  startOfDay,
  type AttributionConfig,
  type DatasetReading,
  type Day,
  type DayWindow,
  type GroupMembership,
  type NodeCapacity,
  type UsageDataset,
  type UserUsage,
} from '#libs/domain';
import {
  convertCapacity,
  convertCoverage,
  convertMemberships,
  convertNodeData,
  convertUsage,
  convertUserLabels,
} from './convert.js';
import { nodeCapacity, nodeData } from './node-queries.js';
import { datasetsOf, MEASURES, measuresOf, type PrometheusMeasure } from './measures.js';
import { PrometheusClient, type PrometheusClientOptions, type Sample, type Traffic } from './prometheus.client.js';
import { ImpossibleReadingError, NoQuantityError, SeveralClustersError } from './prometheus-errors.js';
import {
  coverage,
  ENDED_PODS,
  FOUND,
  hoursOfLastingSizes,
  isPerHub,
  memberships,
  presence,
  RENAMED_LABELS,
  SEVERAL_CLUSTERS,
  SECONDS_PER_DAY,
  stepsOfDay,
  type NamedQuery,
} from './queries.js';
import { settingsOf, type QuerySettings } from './selectors.js';

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
const HOURS_PER_DAY = 24;

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
  readonly #settings: QuerySettings;
  readonly #measures: readonly PrometheusMeasure[];
  /** Of the day that was asked for last: they tell whose its directories are. */
  #members: { readonly day: Day; readonly samples: readonly Sample[] } | undefined;

  constructor({ config, attribution, resolutionSeconds, measures = MEASURES, ...options }: UsageReaderOptions) {
    this.#client = new PrometheusClient(config, options);
    this.#attribution = attribution;
    this.#settings = settingsOf(config, resolutionSeconds);
    this.#measures = measures;
  }

  /** Requests, bytes and waiting time so far. */
  get traffic(): Readonly<Traffic> {
    return this.#client.traffic;
  }

  /** The days of the window for which Prometheus has samples of any dataset, or sizes that last from before; in order. */
  async fetchRememberedDays(window: DayWindow): Promise<Day[]> {
    const lookbackDays = Math.ceil(this.#settings.homeStorageLookbackSeconds / SECONDS_PER_DAY);
    const remembered = new Set<Day>();
    for (const dataset of datasetsOf(this.#measures)) {
      const lastsDays = dataset === HOME_STORAGE ? lookbackDays : 0;
      for (const chunk of chunksOf({ from: addDays(window.from, -lastsDays), until: window.until })) {
        const told = { from: chunk.from, until: addDays(chunk.until, lastsDays) };
        if (eachDay(told).every((day) => remembered.has(day))) continue;
        const end = new Date(startOfDay(chunk.until).getTime() - 1);
        const instants = await this.#client.fetchInstantsWithValue(
          presence(this.#settings, dataset),
          startOfDay(chunk.from),
          end,
          PRESENCE_STEP_SECONDS,
        );
        for (const day of new Set(instants.map(dayOf))) {
          for (const known of eachDay({ from: day, until: addDays(day, lastsDays + 1) })) remembered.add(known);
        }
      }
    }
    return [...remembered].filter((day) => day >= window.from && day < window.until).sort();
  }

  /**
   * One dataset of one day: for all hubs at once, or for each hub that has samples of the day or a size that lasts. A hub
   * without either is not among them: whether it is missed is told by the days before.
   */
  async fetchReadings(day: Day, dataset: UsageDataset): Promise<DatasetReading[]> {
    const { covered, found } = await this.#fetchCoverage(day, dataset);
    const now = new Date();
    const settings = { ...this.#settings, ...found, ...(now < startOfDay(addDays(day, 1)) && { now }) };
    const { rows, namespaces, ...read } =
      dataset === MEMBERSHIPS
        ? await this.#fetchMemberships(day)
        : await this.#fetchUsage(day, dataset, settings, covered);
    const reading = { day, dataset, ...read };
    if (!isPerHub(dataset)) return [{ ...reading, hub: ALL_HUBS, coverage: covered.get('') ?? 0, rows }];
    const coverages = new Map<string, number>();
    for (const namespace of new Set([...covered.keys(), ...namespaces])) {
      const hub = hubOfNamespace(this.#attribution, namespace);
      // Of a hub in several namespaces, the one that is known least.
      coverages.set(hub, Math.min(coverages.get(hub) ?? 1, covered.get(namespace) ?? 0));
    }
    if (coverages.size === 0) return [{ ...reading, hub: ALL_HUBS, coverage: 0, rows: [] }];
    return [...coverages].map(([hub, coverage]) => ({
      ...reading,
      hub,
      coverage,
      rows: rows.filter((row) => row.hub === hub),
    }));
  }

  async #fetchMemberships(day: Day): Promise<FetchedRows<GroupMembership>> {
    const samples = await this.#fetchMembers(day);
    const rows = convertMemberships(convertUserLabels(day, samples), samples, this.#attribution);
    return { rows, namespaces: namespacesOf(samples), measures: [] };
  }

  /** A measure that the cluster does not export is not among those that were read. */
  async #fetchUsage(
    day: Day,
    dataset: UsageDataset,
    settings: QuerySettings,
    covered: ReadonlyMap<string, number>,
  ): Promise<FetchedRows<UserUsage>> {
    const listed = measuresOf(dataset, this.#measures);
    const isByType = listed.some(({ byInstanceType }) => byInstanceType);
    const knowsNodes = isByType && convertNodeData(await this.#fetch(day, dataset, nodeData(settings)));
    const rows: UserUsage[] = [];
    const namespaces: string[] = [];
    const measures: string[] = [];
    for (const measure of listed.filter(({ byInstanceType }) => !byInstanceType || knowsNodes)) {
      const labels = measure.owner === 'directory' ? convertUserLabels(day, await this.#fetchMembers(day)) : [];
      const fetched = await this.#fetchMeasure(day, measure, settings);
      if (fetched.length === 0 && measure.component === undefined) continue;
      const samples = isPerHub(dataset) ? await this.#lasting(day, settings, fetched, covered) : fetched;
      rows.push(...convertUsage(measure, samples, { day, attribution: this.#attribution, labels }));
      namespaces.push(...namespacesOf(samples));
      measures.push(measure.name);
    }
    const { coreNodeLabel } = this.#attribution;
    const nodes = knowsNodes ? await this.#fetch(day, dataset, nodeCapacity(settings, coreNodeLabel)) : [];
    return { rows, namespaces, measures, ...(isByType && { capacity: convertCapacity(nodes) }) };
  }

  async #fetchMeasure(
    day: Day,
    { dataset, query, apart }: PrometheusMeasure,
    settings: QuerySettings,
  ): Promise<readonly Sample[]> {
    const samples = await this.#fetch(day, dataset, query(settings));
    if (!apart) return samples;
    const nodes = (await this.#fetch(day, dataset, apart.nodes(settings))).flatMap(
      ({ labels }) => labels['node'] ?? [],
    );
    if (nodes.length === 0) return samples;
    return [...samples, ...(await this.#fetch(day, dataset, apart.query(settings, nodes)))];
  }

  /**
   * Sizes of a namespace that has no sample of the day count if they last through all of it. If they end at noon, half a
   * day would be left for the other hubs to pay: then the namespace is not read.
   */
  async #lasting(
    day: Day,
    settings: QuerySettings,
    samples: readonly Sample[],
    covered: ReadonlyMap<string, number>,
  ): Promise<readonly Sample[]> {
    if (settings.now !== undefined || namespacesOf(samples).every((namespace) => covered.has(namespace)))
      return samples;
    const hours = await this.#fetch(day, HOME_STORAGE, hoursOfLastingSizes(settings));
    const whole = new Set(namespacesOf(hours.filter(({ value }) => value >= HOURS_PER_DAY)));
    return samples.filter(({ labels: { namespace = '' } }) => covered.has(namespace) || whole.has(namespace));
  }

  /** Requested once a day, however many datasets need it. */
  async #fetchMembers(day: Day): Promise<readonly Sample[]> {
    if (this.#members?.day !== day) {
      this.#members = { day, samples: await this.#fetch(day, MEMBERSHIPS, memberships(this.#settings)) };
    }
    return this.#members.samples;
  }

  /** `covered`: the part of the day by namespace, or under '' for all at once. @throws SeveralClustersError */
  async #fetchCoverage(
    day: Day,
    dataset: UsageDataset,
  ): Promise<{
    covered: ReadonlyMap<string, number>;
    found: Pick<QuerySettings, 'hasRenamedLabels' | 'hasEndedPods'>;
  }> {
    const samples = await this.#fetch(day, dataset, coverage(this.#settings, dataset));
    const covered = new Map<string, number>();
    const found = new Set(samples.flatMap(({ labels }) => labels[FOUND] ?? []));
    for (const { labels, value } of samples.filter((sample) => sample.labels[FOUND] === undefined)) {
      const several = labels[SEVERAL_CLUSTERS];
      if (several) throw new SeveralClustersError(dataset, day, several, value);
      const part = value / stepsOfDay(this.#settings, dataset);
      covered.set(labels['namespace'] ?? '', convertCoverage(day, dataset, part));
    }
    return {
      covered,
      found: { hasRenamedLabels: found.has(RENAMED_LABELS), hasEndedPods: found.has(ENDED_PODS) },
    };
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

interface FetchedRows<Row> {
  readonly rows: readonly Row[];
  readonly namespaces: readonly string[];
  readonly measures: readonly string[];
  readonly capacity?: readonly NodeCapacity[];
}

function namespacesOf(samples: readonly Sample[]): string[] {
  return samples.map(({ labels }) => labels['namespace'] ?? '');
}

function chunksOf(window: DayWindow): DayWindow[] {
  const count = Math.ceil(countDays(window) / PRESENCE_CHUNK_DAYS);
  return Array.from({ length: count }, (_, index) => {
    const from = addDays(window.from, index * PRESENCE_CHUNK_DAYS);
    const until = addDays(from, PRESENCE_CHUNK_DAYS);
    return { from, until: until < window.until ? until : window.until };
  });
}

import type { PrometheusConfig } from '#libs/config';
import {
  addDays,
  ALL_HUBS,
  HOME_STORAGE,
  hubOfNamespace,
  MEMBERSHIPS,
  namespacesOfDividedHubs,
  startOfDay,
  type AttributionConfig,
  type DatasetReading,
  type Day,
  type DayWindow,
  type GroupMembership,
  type NodeCapacity,
  type UsageDataset,
  type UserLabels,
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
import { MEASURES, measuresOf, sourcesOf, type PrometheusMeasure } from './measures.js';
import { PrometheusClient, type PrometheusClientOptions, type Sample, type Traffic } from './prometheus.client.js';
import { ImpossibleReadingError, NoQuantityError, SeveralClustersError } from './prometheus-errors.js';
import {
  coverage,
  earlierMembers,
  ENDED_PODS,
  EXPORTERS,
  FOUND,
  hoursOfLastingSizes,
  lastSeen,
  memberships,
  RENAMED_LABELS,
  SEVERAL_CLUSTERS,
  stepsOfDay,
  UNLABELLED,
  type NamedQuery,
  type Source,
} from './queries.js';
import { fetchRememberedDays } from './remembered-days.js';
import { areRare, SCRAPED, settingsOf, type QuerySettings } from './selectors.js';

export interface UsageReaderOptions extends PrometheusClientOptions {
  readonly config: PrometheusConfig;
  readonly attribution: AttributionConfig;
  /** Step at which compute is sampled; divides a day. */
  readonly resolutionSeconds: number;
  /** Default: MEASURES. */
  readonly measures?: readonly PrometheusMeasure[];
}

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
  readonly #sources: ReadonlyMap<UsageDataset, Source>;
  /** Of the day that was asked for last: they tell whose its directories are. */
  #members: { readonly day: Day; readonly samples: readonly Sample[] } | undefined;

  constructor({ config, attribution, resolutionSeconds, measures = MEASURES, ...options }: UsageReaderOptions) {
    this.#client = new PrometheusClient(config, options);
    this.#attribution = attribution;
    this.#settings = settingsOf(config, resolutionSeconds);
    this.#measures = measures;
    this.#sources = sourcesOf(measures);
  }

  /** Requests, bytes and waiting time so far. */
  get traffic(): Readonly<Traffic> {
    return this.#client.traffic;
  }

  /** The days of the window for which Prometheus has samples of any dataset, or sizes that last from before; in order. */
  fetchRememberedDays(window: DayWindow): Promise<Day[]> {
    return fetchRememberedDays(this.#client, this.#settings, this.#sources, window);
  }

  /**
   * One dataset of one day: for all hubs at once, or for each hub that has samples of the day or a size that lasts. A hub
   * without either is not among them: whether it is missed is told by the days before.
   */
  async fetchReadings(day: Day, dataset: UsageDataset): Promise<DatasetReading[]> {
    const { covered, found } = await this.#fetchCoverage(day, dataset);
    const now = new Date();
    const settings = { ...this.#settings, ...found, ...(now < startOfDay(addDays(day, 1)) && { now }) };
    const {
      rows,
      namespaces,
      namedPart = 1,
      ...read
    } = dataset === MEMBERSHIPS
      ? await this.#fetchMemberships(day)
      : await this.#fetchUsage(day, dataset, settings, covered);
    const reading = { day, dataset, ...read };
    const coverageOfAll = (covered.get('') ?? 0) * namedPart;
    if (!this.#sourceOf(dataset).perHub) return [{ ...reading, hub: ALL_HUBS, coverage: coverageOfAll, rows }];
    const coverages = new Map<string, number>();
    const seen = new Set([...covered.keys(), ...namespaces]);
    for (const namespace of seen) {
      const hub = hubOfNamespace(this.#attribution, namespace);
      // Of a hub in several namespaces, the one that is known least.
      coverages.set(hub, Math.min(coverages.get(hub) ?? 1, covered.get(namespace) ?? 0));
    }
    for (const hub of settings.now ? [] : await this.#fetchHubsInPart(day, dataset, seen)) {
      // What each person stored cannot be divided by a part of it; whoever is in a group is in it.
      if (dataset === MEMBERSHIPS) coverages.set(hub, 0);
      else coverages.delete(hub);
    }
    if (coverages.size === 0) return [{ ...reading, hub: ALL_HUBS, coverage: 0, rows: [] }];
    return [...coverages].map(([hub, coverage]) => ({
      ...reading,
      hub,
      coverage,
      rows: rows.filter((row) => row.hub === hub),
    }));
  }

  /** Hubs in several namespaces, one of which had samples in the days before and is not among those that were seen. */
  async #fetchHubsInPart(day: Day, dataset: UsageDataset, seen: ReadonlySet<string>): Promise<Set<string>> {
    const missed = namespacesOfDividedHubs(this.#attribution).filter((namespace) => !seen.has(namespace));
    if (missed.length === 0) return new Set();
    const before = namespacesOf(
      await this.#fetch(addDays(day, -1), dataset, lastSeen(this.#settings, this.#sourceOf(dataset))),
    );
    const away = missed.filter((namespace) => before.includes(namespace));
    return new Set(away.map((namespace) => hubOfNamespace(this.#attribution, namespace)));
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
    const { knowsNodes, hasLostNodes, namedPart } = convertNodeData(
      isByType ? await this.#fetch(day, dataset, nodeData(settings)) : [],
    );
    const rows: UserUsage[] = [];
    const namespaces: string[] = [];
    const measures: string[] = [];
    for (const measure of listed.filter(({ byInstanceType }) => !byInstanceType || knowsNodes)) {
      const fetched = await this.#fetchMeasure(day, measure, { ...settings, hasLostNodes });
      if (fetched.length === 0 && measure.component === undefined) continue;
      const samples = this.#sourceOf(dataset).perHub ? await this.#lasting(day, settings, fetched, covered) : fetched;
      const labels = measure.owner === 'directory' ? await this.#fetchOwners(day, samples) : [];
      rows.push(...convertUsage(measure, samples, { day, attribution: this.#attribution, labels }));
      namespaces.push(...namespacesOf(samples));
      measures.push(measure.name);
    }
    const { coreNodeLabel } = this.#attribution;
    const nodes = knowsNodes ? await this.#fetch(day, dataset, nodeCapacity(settings, coreNodeLabel)) : [];
    return { rows, namespaces, measures, namedPart, ...(isByType && { capacity: convertCapacity(nodes) }) };
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

  /** A hub whose groups exporter told nothing of the day has the owners of the days before. */
  async #fetchOwners(day: Day, directories: readonly Sample[]): Promise<UserLabels[]> {
    const members = await this.#fetchMembers(day);
    const told = new Set(namespacesOf(members));
    const isToldOfAll = namespacesOf(directories).every((namespace) => told.has(namespace));
    const earlier = isToldOfAll ? [] : await this.#fetch(day, MEMBERSHIPS, earlierMembers(this.#settings));
    return convertUserLabels(day, [...members, ...earlier]);
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
    settings = this.#settings,
  ): Promise<{ covered: ReadonlyMap<string, number>; found: Partial<QuerySettings> }> {
    const samples = await this.#fetch(day, dataset, coverage(settings, this.#sourceOf(dataset)));
    const covered = new Map<string, number>();
    const scrapesPerHour = new Map<string, number>();
    const found = new Map<string, number>();
    for (const { labels, value } of samples) {
      const { namespace = '', [FOUND]: what, [SCRAPED]: metric, [SEVERAL_CLUSTERS]: several } = labels;
      if (several) throw new SeveralClustersError(dataset, day, value, several === UNLABELLED ? undefined : several);
      if (what) found.set(what, value);
      else if (metric) scrapesPerHour.set(metric, Math.max(value, scrapesPerHour.get(metric) ?? 0));
      else covered.set(namespace, convertCoverage(day, dataset, value / stepsOfDay(settings, this.#sourceOf(dataset))));
    }
    const exporters = found.get(EXPORTERS);
    const told = { ...settings, scrapesPerHour, ...(exporters !== undefined && { exporters }) };
    if (!settings.scrapesPerHour && (exporters !== undefined || areRare(told))) {
      return this.#fetchCoverage(day, dataset, told);
    }
    return {
      covered,
      found: { scrapesPerHour, hasRenamedLabels: found.has(RENAMED_LABELS), hasEndedPods: found.has(ENDED_PODS) },
    };
  }

  /** @throws RangeError for a dataset that no measure is of. */
  #sourceOf(dataset: UsageDataset): Source {
    const source = this.#sources.get(dataset);
    if (!source) throw new RangeError(`no metric tells whether ${dataset} was scraped`);
    return source;
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
  readonly namedPart?: number;
  readonly capacity?: readonly NodeCapacity[];
}

function namespacesOf(samples: readonly Sample[]): string[] {
  return samples.map(({ labels }) => labels['namespace'] ?? '');
}

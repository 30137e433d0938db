import { dataVersion, type ReportingDatabase } from '#libs/database/queries';
import { LRUCache } from 'lru-cache';

/** However many requests come, the database is asked for the version of a cluster once in this time. */
const KEEP_MS = 1_000;
/** A version takes a millisecond: a database that does not give it for so long hangs. */
const TIMEOUT_MS = 3_000;
/** Names of clusters come from outside. */
const MOST_CLUSTERS = 1_000;

interface Reading {
  readonly version: Promise<string>;
  readonly readAt: number;
  known?: string;
}

/** The data version of each cluster that was asked for, at most a second old. */
export class DataVersions {
  readonly #kept = new LRUCache<string, Reading>({ max: MOST_CLUSTERS });

  constructor(private readonly database: ReportingDatabase) {}

  /** @param cluster undefined: all of them. @throws DatabaseUnavailable */
  of(cluster: string | undefined): Promise<string> {
    const kept = this.#fresh(cluster);
    if (kept) return kept.version;
    const version = this.#fetch(cluster);
    const reading: Reading = { version, readAt: performance.now() };
    const key = keyOf(cluster);
    this.#kept.set(key, reading);
    version.then(
      (known) => (reading.known = known),
      () => this.#kept.delete(key),
    );
    return version;
  }

  /** The same where it need not be asked for; else undefined. */
  known(cluster: string | undefined): string | undefined {
    return this.#fresh(cluster)?.known;
  }

  #fresh(cluster: string | undefined): Reading | undefined {
    const kept = this.#kept.get(keyOf(cluster));
    return kept && performance.now() - kept.readAt < KEEP_MS ? kept : undefined;
  }

  async #fetch(cluster: string | undefined): Promise<string> {
    const [row] = await this.database.list<{ version: string }>(dataVersion(cluster), TIMEOUT_MS);
    return row?.version ?? '';
  }
}

function keyOf(cluster: string | undefined): string {
  return cluster === undefined ? 'all' : `cluster ${cluster}`;
}

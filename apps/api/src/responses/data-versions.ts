import { dataVersion, type ReportingDatabase } from '#libs/database/queries';
import { LRUCache } from 'lru-cache';

/** However many requests come, the database is asked for the version of a cluster once in this time. */
const KEEP_MS = 1_000;
/** A version takes a millisecond: a database that does not give it for so long hangs. */
const TIMEOUT_MS = 3_000;
/** Names of clusters come from outside. */
const MOST_CLUSTERS = 1_000;

/** The data version of each cluster that was asked for, at most a second old. */
export class DataVersions {
  readonly #kept = new LRUCache<string, { readonly version: Promise<string>; readonly readAt: number }>({
    max: MOST_CLUSTERS,
  });

  constructor(private readonly database: ReportingDatabase) {}

  /** @param cluster undefined: all of them. @throws DatabaseUnavailable */
  of(cluster: string | undefined): Promise<string> {
    const key = cluster === undefined ? 'all' : `cluster ${cluster}`;
    const now = performance.now();
    const kept = this.#kept.get(key);
    if (kept && now - kept.readAt < KEEP_MS) return kept.version;
    const version = this.#fetch(cluster);
    this.#kept.set(key, { version, readAt: now });
    version.catch(() => this.#kept.delete(key));
    return version;
  }

  async #fetch(cluster: string | undefined): Promise<string> {
    const [row] = await this.database.list<{ version: string }>(dataVersion(cluster), TIMEOUT_MS);
    return row?.version ?? '';
  }
}

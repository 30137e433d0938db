import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { CHANGE_CHANNEL } from '../change-channel.js';
import { doneWithin } from './done-within.js';

const RETRY_MS = 1000;
const BEAT_MS = 2000;
const PATIENCE_MS = 900;
const CONNECT_TIMEOUT_MS = 3000;

/** Hears of every change: of one cluster's figures, or (undefined) of anything. */
type ChangeListener = (cluster: string | undefined) => void;

/**
 * Hears, over a connection of its own, of every commit that changes stored figures. It says which version of a cluster's
 * figures it knows of: what was asked after reading a version, and is answered while that version still stands, is as
 * right as asking again.
 *
 * While nothing can be heard there is no version. That is so until the connection has proved to carry announcements (a
 * pooler that hands a connection to another client after each transaction loses them), and from the moment that it breaks
 * or hangs. One that hangs is noticed within three seconds, until when what was heard stands.
 */
export class ChangeFeed {
  readonly #listeners: ChangeListener[] = [];
  readonly #versions = new Map<string, number>();
  readonly #closing = new AbortController();
  #version = 0;
  /** Of every cluster that nothing was heard of since. */
  #common = 0;
  #hears = false;
  #running: Promise<void> | undefined;
  #client: Client | undefined;

  /**
   * @param announce sends an announcement over some other connection.
   * @param onFault hears why nothing can be heard, once until that is over.
   */
  constructor(
    private readonly databaseUrl: string,
    private readonly announce: (channel: string) => Promise<unknown>,
    private readonly onFault: (error: Error) => void,
  ) {}

  /** Begins to listen, and does so again whenever the connection is lost. The database may be away. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** A number that changes with the cluster's figures; undefined while changes cannot be heard. */
  version(cluster: string): number | undefined {
    return this.#hears ? (this.#versions.get(cluster) ?? this.#common) : undefined;
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#client?.connection.stream.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    let complained = false;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#listen(() => {
          complained = false;
        });
      } catch (error) {
        if (!complained && !this.#closing.signal.aborted) this.onFault(error as Error);
        complained = true;
      }
      this.#hears = false;
      this.#forgetEverything();
      await this.#pause(RETRY_MS);
    }
  }

  /** Returns when closed. @throws Error when the connection is lost, or cannot be had. */
  async #listen(onHearing: () => void): Promise<void> {
    const client = new Client({
      connectionString: this.databaseUrl,
      application_name: 'cost-monitoring-api changes',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    this.#client = client;
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection was ended')));
    });
    lost.catch(() => undefined);
    try {
      await Promise.race([client.connect(), lost]);
      await Promise.race([this.#prove(client), lost]);
      client.on('notification', ({ channel, payload }) => {
        if (channel === CHANGE_CHANNEL) this.#heard(payload || undefined);
      });
      await Promise.race([client.query(`LISTEN ${CHANGE_CHANNEL}`), lost]);
      this.#forgetEverything();
      this.#hears = true;
      onHearing();
      await Promise.race([this.#beat(client), lost]);
    } finally {
      client.connection.stream.destroy();
    }
  }

  /** @throws Error when an announcement that somebody else commits does not arrive. */
  async #prove(client: Client): Promise<void> {
    const channel = `jupyterhub_costs_proof_${randomUUID().replaceAll('-', '_')}`;
    const arrived = new Promise<boolean>((resolve) => {
      client.on('notification', (notification) => {
        if (notification.channel === channel) resolve(true);
      });
    });
    await client.query(`LISTEN ${channel}`);
    await this.announce(channel);
    if (!(await doneWithin(arrived, PATIENCE_MS))) throw new Error('announcements do not arrive: is there a pooler?');
    await client.query(`UNLISTEN ${channel}`);
  }

  async #beat(client: Client): Promise<void> {
    while (await this.#pause(BEAT_MS)) {
      const answered = client.query('SELECT').then(() => true);
      answered.catch(() => undefined);
      if (!(await doneWithin(answered, PATIENCE_MS))) throw new Error('the connection hangs');
    }
  }

  #heard(cluster: string | undefined): void {
    if (cluster === undefined) return this.#forgetEverything();
    this.#versions.set(cluster, ++this.#version);
    for (const listener of this.#listeners) listener(cluster);
  }

  #forgetEverything(): void {
    this.#common = ++this.#version;
    this.#versions.clear();
    for (const listener of this.#listeners) listener(undefined);
  }

  /** @returns false, at once, when closed. */
  async #pause(milliseconds: number): Promise<boolean> {
    const { signal } = this.#closing;
    await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted;
  }
}

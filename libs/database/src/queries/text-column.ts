import { Query, type PoolClient, type QueryArrayConfig } from 'pg';
import type { Statement } from './statement.js';

const CHARACTERS_PER_BATCH = 64 * 1024;
/** So much may lie unread before Postgres has to wait. */
const BATCHES_AHEAD = 4;
/** So much is read in one tick of the event loop: libuv would read up to 2 MiB before anything else runs. */
const BATCHES_PER_TICK = 2;

interface Batch {
  readonly texts: readonly string[];
  /** Nothing comes after it. */
  readonly last: boolean;
}

/**
 * The rows of a statement with one column of text, in batches, as they come. Unlike with a cursor, Postgres goes on
 * while a batch is being used, and may use several processes.
 */
export class TextColumn {
  readonly #ready: Batch[] = [];
  #texts: string[] = [];
  #characters = 0;
  #batchesOfTick = 0;
  #paused = false;
  #fault: Error | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(
    private readonly client: PoolClient,
    { text, values }: Statement,
  ) {
    const config: QueryArrayConfig<unknown[]> = { text, values: [...values], rowMode: 'array' };
    const query = new Query<[string], unknown[]>(config);
    query.on('row', ([one]) => this.#add(one));
    query.on('error', (error) => {
      this.#fault = error;
      this.#wake?.();
    });
    query.on('end', () => {
      this.#ended = true;
      this.#flush(true);
      this.#resume();
    });
    client.query(query);
  }

  /** Whether everything was received, so that the connection may be used for something else. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The next rows, at least one unless there are no more. One call at a time, and none after the last batch. */
  async read(): Promise<Batch> {
    while (!this.#ready.length && !this.#fault) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#fault) throw this.#fault;
    const batch = this.#ready.shift()!;
    this.#resumeSoon();
    return batch;
  }

  #add(text: string): void {
    this.#texts.push(text);
    this.#characters += text.length;
    if (this.#characters >= CHARACTERS_PER_BATCH) this.#flush(false);
  }

  #flush(last: boolean): void {
    this.#ready.push({ texts: this.#texts, last });
    this.#texts = [];
    this.#characters = 0;
    this.#batchesOfTick += 1;
    if (!this.#ended && this.#batchesOfTick >= BATCHES_PER_TICK) this.#pause();
    this.#wake?.();
  }

  #pause(): void {
    this.#paused = true;
    this.client.connection.stream.pause();
    this.#resumeSoon();
  }

  /** In the next tick, unless too much lies unread. */
  #resumeSoon(): void {
    if (!this.#paused || this.#ready.length >= BATCHES_AHEAD) return;
    setImmediate(() => {
      if (this.#paused && this.#ready.length < BATCHES_AHEAD) this.#resume();
    });
  }

  #resume(): void {
    this.#batchesOfTick = 0;
    this.#paused = false;
    this.client.connection.stream.resume();
  }
}

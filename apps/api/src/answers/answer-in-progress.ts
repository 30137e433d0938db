import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { FinishedAnswer } from './finished-answer.js';

/** A piece of the body and what follows it; undefined: the end. Pieces that every reader has passed are forgotten. */
interface Link {
  readonly piece: Buffer;
  readonly next: Promise<Link | undefined>;
}

const NOTHING = Promise.resolve(undefined);

interface Promised<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/**
 * A body that is being made from one question, for any number of readers. Up to `wholeBytes` it is made as fast as it
 * comes, kept for readers who join late, and finished as a whole; beyond, whoever reads slowest sets the pace. It is
 * given up when the last reader leaves.
 */
export class AnswerInProgress {
  /** The whole answer; undefined when it is too long for that, or nobody waits for it any more. Rejects as it fails. */
  readonly whole: Promise<FinishedAnswer | undefined>;
  /** Whether it is as good as over: all of it has come in one piece. */
  readonly isShort: Promise<boolean>;
  #beginning: Promise<Link | undefined>;
  #end = promised<Link | undefined>();
  readonly #short = promised<boolean>();
  readonly #pieces: AsyncGenerator<string>;
  #readers = 0;
  #waiting = 0;
  #joinable = true;
  #moved: (() => void) | undefined;

  constructor(
    pieces: AsyncGenerator<string>,
    private readonly wholeBytes: number,
  ) {
    this.#pieces = pieces;
    this.#beginning = this.#end.promise;
    this.isShort = this.#short.promise;
    this.whole = this.#make();
    this.whole.catch(() => undefined);
  }

  /** Whether a reader who joins now still gets the whole body. */
  get joinable(): boolean {
    return this.#joinable;
  }

  /** Joins from the first piece on. Whoever joins reads to the end, or leaves. */
  join(): AnswerReader {
    this.#readers++;
    return new AnswerReader(this.#beginning, {
      waiting: (change) => {
        this.#waiting += change;
        this.#moved?.();
      },
      left: () => {
        this.#readers--;
        this.#moved?.();
      },
    });
  }

  async #make(): Promise<FinishedAnswer | undefined> {
    const digest = createHash('sha256');
    const pieces: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const text of this.#pieces) {
        const piece = Buffer.from(text);
        bytes += piece.length;
        if (bytes > this.wholeBytes) this.#tooLong(pieces);
        else {
          digest.update(piece);
          pieces.push(piece);
        }
        this.#append(piece);
        if (pieces.length !== 1) this.#short.resolve(false);
        if (!this.#joinable) await this.#everybodyWaits();
        if (this.#readers === 0) return undefined;
      }
      this.#end.resolve(undefined);
      this.#short.resolve(true);
      return this.#joinable ? new FinishedAnswer(Buffer.concat(pieces), digest.digest('base64url')) : undefined;
    } catch (error) {
      this.#end.reject(error);
      this.#short.reject(error);
      throw error;
    } finally {
      this.#joinable = false;
    }
  }

  #append(piece: Buffer): void {
    const next = promised<Link | undefined>();
    this.#end.resolve({ piece, next: next.promise });
    this.#end = next;
  }

  /** From here on only readers hold what they have not read. */
  #tooLong(pieces: Buffer[]): void {
    pieces.length = 0;
    this.#joinable = false;
    this.#beginning = NOTHING;
  }

  async #everybodyWaits(): Promise<void> {
    while (this.#waiting < this.#readers) {
      await new Promise<void>((resolve) => {
        this.#moved = resolve;
      });
    }
  }
}

interface ReaderReport {
  waiting(change: 1 | -1): void;
  left(): void;
}

/** One reader of a body that others may read too. */
export class AnswerReader {
  #gone = false;

  constructor(
    private next: Promise<Link | undefined>,
    private readonly report: ReaderReport,
  ) {}

  /** The next piece; undefined: the end. */
  async read(): Promise<Buffer | undefined> {
    this.report.waiting(1);
    try {
      const link = await this.next;
      if (link) this.next = link.next;
      return link?.piece;
    } finally {
      this.report.waiting(-1);
    }
  }

  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.report.left();
  }

  /** What is left to read, as a stream; the reader leaves with it. */
  stream(): Readable {
    const stream = new Readable({
      read: () => {
        this.read().then(
          (piece) => stream.push(piece ?? null),
          (error: unknown) => stream.destroy(error as Error),
        );
      },
      destroy: (error, done) => {
        this.leave();
        done(error);
      },
    });
    return stream;
  }
}

function promised<Value>(): Promised<Value> {
  let settle!: Pick<Promised<Value>, 'resolve' | 'reject'>;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever waits hears of a fault; nobody may be waiting.
  promise.catch(() => undefined);
  return { promise, ...settle };
}

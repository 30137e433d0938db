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

/** How long a reader may read nothing of a long answer while others wait for more. */
const PATIENCE_MS = 10_000;

/**
 * A body that is being made from one question, for any number of readers. Up to `wholeBytes` it is made as fast as it
 * comes, kept for readers who join late, and finished as a whole; beyond, whoever reads slowest sets the pace, and is
 * dropped when others have to wait too long. It is given up when the last reader leaves.
 */
export class AnswerInProgress {
  /** The whole answer; undefined when it is too long for that, or nobody waits for it any more. Rejects as it fails. */
  readonly whole: Promise<FinishedAnswer | undefined>;
  /** Whether it is as good as over: all of it has come in one piece. */
  readonly isShort: Promise<boolean>;
  readonly #whole = promised<FinishedAnswer | undefined>();
  readonly #short = promised<boolean>();
  readonly #readers = new Set<AnswerReader>();
  #beginning: Promise<Link | undefined>;
  #end = promised<Link | undefined>();
  #joinable = true;
  #moved: (() => void) | undefined;

  constructor(
    pieces: AsyncGenerator<string>,
    private readonly contentType: string,
    private readonly wholeBytes: number,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    this.#beginning = this.#end.promise;
    this.isShort = this.#short.promise;
    this.whole = this.#whole.promise;
    this.#make(pieces).then(
      () => this.#finish(undefined),
      (error: unknown) => this.#fail(error),
    );
  }

  /** Whether a reader who joins now still gets the whole body. */
  get joinable(): boolean {
    return this.#joinable;
  }

  /** Joins from the first piece on. Whoever joins reads to the end, or leaves. */
  join(): AnswerReader {
    const reader = new AnswerReader(this.#beginning, (gone) => {
      if (gone) this.#readers.delete(reader);
      this.#moved?.();
    });
    this.#readers.add(reader);
    return reader;
  }

  async #make(pieces: AsyncGenerator<string>): Promise<void> {
    const digest = createHash('sha256');
    const kept: Buffer[] = [];
    let bytes = 0;
    for await (const text of pieces) {
      const piece = Buffer.from(text);
      bytes += piece.length;
      if (bytes <= this.wholeBytes) {
        digest.update(piece);
        kept.push(piece);
      } else if (this.#joinable) {
        // From here on only readers hold what they have not read.
        this.#finish(undefined);
        this.#beginning = NOTHING;
        kept.length = 0;
      }
      this.#append(piece);
      if (kept.length !== 1) this.#short.resolve(false);
      if (!this.#joinable) await this.#everybodyWaits();
      if (this.#readers.size === 0) return;
    }
    this.#end.resolve(undefined);
    if (this.#joinable) {
      this.#finish(new FinishedAnswer(Buffer.concat(kept), digest.digest('base64url'), this.contentType));
    }
    this.#short.resolve(true);
  }

  #append(piece: Buffer): void {
    const next = promised<Link | undefined>();
    this.#end.resolve({ piece, next: next.promise });
    this.#end = next;
  }

  #finish(answer: FinishedAnswer | undefined): void {
    this.#joinable = false;
    this.#whole.resolve(answer);
  }

  #fail(error: unknown): void {
    this.#joinable = false;
    for (const waited of [this.#end, this.#short, this.#whole]) waited.reject(error);
  }

  async #everybodyWaits(): Promise<void> {
    for (;;) {
      const busy = [...this.#readers].filter((reader) => !reader.isWaiting);
      if (busy.length === 0) return;
      const moved = promised<void>();
      this.#moved = () => moved.resolve();
      const timer =
        busy.length < this.#readers.size
          ? setTimeout(() => busy.forEach((reader) => reader.drop()), this.patienceMs)
          : undefined;
      await moved.promise;
      clearTimeout(timer);
    }
  }
}

/** One reader of a body that others may read too. */
export class AnswerReader {
  #waiting = false;
  #gone = false;
  #stream: Readable | undefined;

  /** @param moved is told when the reader begins to wait, or stops, or is gone. */
  constructor(
    private next: Promise<Link | undefined>,
    private readonly moved: (gone: boolean) => void,
  ) {}

  /** For the next piece. */
  get isWaiting(): boolean {
    return this.#waiting;
  }

  /** The next piece; undefined: the end. */
  async read(): Promise<Buffer | undefined> {
    this.#waits(true);
    try {
      const link = await this.next;
      if (link) this.next = link.next;
      return link?.piece;
    } finally {
      this.#waits(false);
    }
  }

  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.moved(true);
  }

  /** Leaves, and breaks off what was begun. */
  drop(): void {
    this.leave();
    this.#stream?.destroy(new Error('read too slowly while others waited'));
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
    this.#stream = stream;
    return stream;
  }

  #waits(waiting: boolean): void {
    this.#waiting = waiting;
    this.moved(false);
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

import type { FinishedAnswer } from './finished-answer.js';

/** An answer in memory, and what it is found by. */
interface Kept {
  readonly key: string;
  readonly cluster: string;
  readonly answer: FinishedAnswer;
  readonly requests: Set<string>;
  bytes: number;
}

/** A request that was answered, and how. */
export interface AnsweredRequest {
  /** What identifies it: whoever sends the same again asks the same question. */
  readonly name: string;
  /** The template of its route. */
  readonly route: string;
  /** Headers, name and value in turns, that its answer bore for other reasons than the answer itself. */
  readonly headers: readonly string[];
}

export interface RememberedRequest extends AnsweredRequest {
  readonly answer: FinishedAnswer;
}

/** What an answer takes beside its bodies and keys. */
const OVERHEAD_BYTES = 1000;
/** The same question can be put in endlessly many ways. */
const REQUESTS_PER_ANSWER = 16;

/** Finished answers, up to a number of bytes; the one that was asked for longest ago makes room. */
export class AnswerMemory {
  readonly #answers = new Map<string, Kept>();
  readonly #byRequest = new Map<string, RememberedRequest & { readonly kept: Kept }>();
  #bytes = 0;
  #generation = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** How often everything was forgotten. */
  get generation(): number {
    return this.#generation;
  }

  /** @param key of the question, however it was put. */
  find(key: string): FinishedAnswer | undefined {
    return this.#use(this.#answers.get(key));
  }

  findByRequest(name: string): RememberedRequest | undefined {
    const remembered = this.#byRequest.get(name);
    if (remembered) this.#use(remembered.kept);
    return remembered;
  }

  keep(key: string, cluster: string, answer: FinishedAnswer): void {
    this.#forget(this.#answers.get(key));
    const kept: Kept = { key, cluster, answer, requests: new Set(), bytes: 0 };
    this.#answers.set(key, kept);
    this.#measure(kept);
  }

  /** Lets a kept answer be found by the request that it answered too. */
  nameRequest(key: string, request: AnsweredRequest): void {
    const kept = this.#answers.get(key);
    if (!kept || kept.requests.has(request.name) || kept.requests.size >= REQUESTS_PER_ANSWER) return;
    kept.requests.add(request.name);
    this.#byRequest.set(request.name, { ...request, answer: kept.answer, kept });
    this.#measure(kept);
  }

  /** To be called when forms of the answer were added. */
  remeasure(key: string): void {
    const kept = this.#answers.get(key);
    if (kept) this.#measure(kept);
  }

  /** @param cluster undefined: everything. */
  forget(cluster: string | undefined): void {
    if (cluster === undefined) this.#generation++;
    for (const kept of this.#answers.values()) {
      if (cluster === undefined || kept.cluster === cluster) this.#forget(kept);
    }
  }

  #use(kept: Kept | undefined): FinishedAnswer | undefined {
    if (!kept) return undefined;
    // A map lists its keys in the order in which they were set: the first is the one to go.
    this.#answers.delete(kept.key);
    this.#answers.set(kept.key, kept);
    return kept.answer;
  }

  #measure(kept: Kept): void {
    const characters = [kept.key, ...kept.requests].reduce((sum, { length }) => sum + length, 0);
    const bytes = kept.answer.bytes + 2 * characters + OVERHEAD_BYTES;
    this.#bytes += bytes - kept.bytes;
    kept.bytes = bytes;
    for (const oldest of this.#answers.values()) {
      if (this.#bytes <= this.maxBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(kept: Kept | undefined): void {
    if (!kept || this.#answers.get(kept.key) !== kept) return;
    this.#answers.delete(kept.key);
    for (const request of kept.requests) this.#byRequest.delete(request);
    this.#bytes -= kept.bytes;
  }
}

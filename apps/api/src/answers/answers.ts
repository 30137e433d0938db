import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ReportingDatabase, type AnswerShape, type Statement } from '#libs/database/queries';
import { contentTypeOf } from './answer-headers.js';
import { AnswerInProgress, type AnswerReader } from './answer-in-progress.js';
import { AnswerMemory, type AnsweredRequest, type RememberedRequest } from './answer-memory.js';
import type { AnswerForm, FinishedAnswer } from './finished-answer.js';

const MEMORY_BYTES = 64 * 1024 * 1024;
/** 30 days of some 3,000 users; longer answers are streamed and forgotten. */
const ANSWER_BYTES = 24 * 1024 * 1024;

/** Who asks for what, in which form. */
export interface AnswerRequest extends AnsweredRequest {
  /** What the sender may see: an answer is never shown to a sender with another scope. */
  readonly scope: string;
  /** That of Answers, before the request was parsed. */
  readonly generation: number;
  readonly acceptEncoding: string | undefined;
  /** Worth waiting for the whole answer, since the sender may have it already. */
  readonly revalidates: boolean;
}

interface Begun {
  readonly answer: AnswerInProgress;
  readonly version: number;
}

/**
 * Answers questions from memory where nothing has changed since, else from the database; whoever asks the same at the
 * same time shares one question to the database.
 *
 * An answer is only kept, and only shared, when changes could be heard of the whole time, and none came: it was asked for
 * under the version of the figures that still stands.
 */
@Injectable()
export class Answers implements OnApplicationBootstrap {
  readonly #memory = new AnswerMemory(MEMORY_BYTES);
  readonly #begun = new Map<string, Begun>();

  constructor(@Inject(ReportingDatabase) private readonly database: ReportingDatabase) {
    database.changes.onChange((cluster) => this.#memory.forget(cluster));
  }

  onApplicationBootstrap(): void {
    this.database.changes.start();
  }

  /** Changes when a request may come to mean another question: which cluster is the only one, for one. */
  get generation(): number {
    return this.#memory.generation;
  }

  /** A request of this name that was answered before, with an answer that still stands. */
  recall(requestName: string): RememberedRequest | undefined {
    return this.#memory.findByRequest(requestName);
  }

  /**
   * A whole answer, or a reader of one that is long and still on its way.
   *
   * @throws DatabaseUnavailable
   */
  async find(statement: Statement, shape: AnswerShape, request: AnswerRequest): Promise<AnswerForm | AnswerReader> {
    const key = JSON.stringify([request.scope, shape, statement.text, statement.values]);
    const kept = this.#memory.find(key);
    if (kept) return this.#form(kept, key, request);
    const answer = this.#begin(key, statement, shape);
    const reader = answer.join();
    try {
      const whole = request.revalidates || (await answer.isShort) ? await answer.whole : undefined;
      if (!whole) return reader;
      reader.leave();
      return await this.#form(whole, key, request);
    } catch (error) {
      reader.leave();
      throw error;
    }
  }

  async #form(answer: FinishedAnswer, key: string, request: AnswerRequest): Promise<AnswerForm> {
    if (request.generation === this.generation) this.#memory.nameRequest(key, request);
    const form = answer.formFor(request.acceptEncoding);
    if (!(form instanceof Promise)) return form;
    const made = await form;
    this.#memory.remeasure(key);
    return made;
  }

  #begin(key: string, statement: Statement, shape: AnswerShape): AnswerInProgress {
    const cluster = clusterOf(statement);
    const version = this.database.changes.version(cluster);
    const begun = this.#begun.get(key);
    if (begun && begun.version === version && begun.answer.joinable) return begun.answer;
    const answer = new AnswerInProgress(this.database.stream(statement, shape), contentTypeOf(shape), ANSWER_BYTES);
    // What cannot be known to be current by the time that somebody joins is nobody else's answer.
    if (version !== undefined) void this.#share(key, cluster, { answer, version });
    return answer;
  }

  async #share(key: string, cluster: string, begun: Begun): Promise<void> {
    this.#begun.set(key, begun);
    // Those who wait for the answer hear of its faults.
    const whole = await begun.answer.whole.catch(() => undefined);
    if (this.#begun.get(key) === begun) this.#begun.delete(key);
    if (whole && this.database.changes.version(cluster) === begun.version) this.#memory.keep(key, cluster, whole);
  }
}

/** The first value of every question that this API asks. */
function clusterOf(statement: Statement): string {
  return String(statement.values[0]);
}

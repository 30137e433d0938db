import { promises as timers } from 'node:timers';
import { PrometheusDriver, type QueryResult } from 'prometheus-query';
import type { PrometheusConfig } from '#libs/config';
import { assertQuantities, assertWholeAnswer, errorOfAnswer, errorOfConnection, otherKind } from './answers.js';
import { NoStoreError, PrometheusError } from './prometheus-errors.js';
import type { NamedQuery } from './queries.js';
import { createRequestSigner, SIGNING_REMEDY } from './sign-request.js';

/** One series of an answer, with its value at the instant that was asked for. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Finite and not negative: nothing that is asked for here can be else. */
  readonly value: number;
}

/** What asking has cost so far. */
export interface Traffic {
  requests: number;
  /** Size of the answers' JSON, uncompressed. */
  answerBytes: number;
  waitedMs: number;
}

export interface PrometheusClientOptions {
  /** Time for one answer. Above the two minutes after which the server gives up, so that its reason is heard. */
  readonly timeoutMs?: number;
  /** Pauses before the second, third, … attempt, where the fault looks like a passing one. */
  readonly retryPausesMs?: readonly number[];
  /** Stops the request in flight and every later one. */
  readonly signal?: AbortSignal;
}

/** Of what kind the result is, and the result; no kind where no store knows of the time. */
interface Answer {
  readonly resultType: string | undefined;
  readonly result: QueryResult['result'];
}

/** Axios' own error; anything else comes from the functions given to it. */
interface RejectedRequest {
  readonly isAxiosError?: boolean;
  readonly code?: string;
  readonly message: string;
  readonly response?: { readonly status: number; readonly data: unknown };
}

const SERVER_TIMEOUT_SECONDS = 120;
const CLIENT_TIMEOUT_MS = 130_000;
/** 200 bytes for each of 160,000 series. Without a bound, an answer that does not end has the process killed. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Servers round the instant of an answer, to a second at most. */
const INSTANT_TOLERANCE_MS = 1_000;
const RETRY_PAUSES_MS = [1_000, 5_000, 15_000];

/**
 * Asks Prometheus, or anything that speaks its query API, one question after the other. What `prometheus-query` leaves
 * open is closed in its interceptors: warnings count as faults, errors are `Error`s that keep the HTTP status, answers
 * have a deadline, credentials follow no redirect, passing faults are retried.
 */
export class PrometheusClient {
  readonly traffic: Traffic = { requests: 0, answerBytes: 0, waitedMs: 0 };
  readonly #config: PrometheusConfig;
  readonly #timeoutMs: number;
  readonly #retryPausesMs: readonly number[];
  readonly #signal: AbortSignal | undefined;
  readonly #sign: ReturnType<typeof createRequestSigner> | undefined;

  constructor(config: PrometheusConfig, options: PrometheusClientOptions = {}) {
    this.#config = config;
    this.#timeoutMs = options.timeoutMs ?? CLIENT_TIMEOUT_MS;
    this.#retryPausesMs = options.retryPausesMs ?? RETRY_PAUSES_MS;
    this.#signal = options.signal;
    this.#sign = config.sigv4Region === undefined ? undefined : createRequestSigner(config.sigv4Region);
  }

  /**
   * @returns a sample per series at that instant.
   * @throws PrometheusPartialAnswerError when the answer came with warnings.
   * @throws PrometheusError for every other fault, after the retries; the signal's reason when it was stopped.
   */
  async fetchInstant(query: NamedQuery, instant: Date): Promise<Sample[]> {
    const result = await this.#ask(query, (driver) =>
      driver.instantQuery(query.promql, instant.getTime(), `${SERVER_TIMEOUT_SECONDS}s`),
    );
    this.#requireKind(query, result, 'vector');
    for (const { value } of result.result) this.#refuseOtherInstant(query, value.time, instant, instant);
    return result.result.map(({ metric, value }) => ({ labels: metric.labels, value: value.value }));
  }

  /**
   * @returns the instants in [start, end], a step apart from start on, at which the query has any value.
   * @throws as `fetchInstant`.
   */
  async fetchInstantsWithValue(query: NamedQuery, start: Date, end: Date, stepSeconds: number): Promise<Date[]> {
    const result = await this.#ask(query, (driver) =>
      driver.rangeQuery(query.promql, start.getTime(), end.getTime(), stepSeconds, `${SERVER_TIMEOUT_SECONDS}s`),
    );
    this.#requireKind(query, result, 'matrix');
    const instants = result.result.flatMap((series: { values: { time: Date }[] }) =>
      series.values.map(({ time }) => time),
    );
    for (const instant of instants) this.#refuseOtherInstant(query, instant, start, end);
    return instants;
  }

  #requireKind(query: NamedQuery, { resultType }: Answer, kind: 'vector' | 'matrix'): void {
    if (resultType !== undefined && String(resultType) !== kind) throw otherKind(this.#question(query));
  }

  /** A cache or proxy between may answer with the samples of another day. */
  #refuseOtherInstant(query: NamedQuery, instant: Date, start: Date, end: Date): void {
    if (
      instant.getTime() >= start.getTime() - INSTANT_TOLERANCE_MS &&
      instant.getTime() <= end.getTime() + INSTANT_TOLERANCE_MS
    )
      return;
    if (Number.isNaN(instant.getTime())) throw otherKind(this.#question(query));
    throw new PrometheusError(
      `${this.#question(query)}: the answer is of ${instant.toISOString()}, which was not asked for; is there a cache between?`,
      undefined,
    );
  }

  async #ask(query: NamedQuery, ask: (driver: PrometheusDriver) => Promise<QueryResult>): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      this.#signal?.throwIfAborted();
      try {
        return await this.#askOnce(query, ask);
      } catch (error) {
        this.#signal?.throwIfAborted();
        if (error instanceof NoStoreError) return { resultType: undefined, result: [] };
        const pauseMs = this.#retryPausesMs[attempt];
        if (!(error instanceof PrometheusError && error.passing) || pauseMs === undefined) throw error;
        await timers
          .setTimeout(pauseMs, undefined, { signal: this.#signal })
          .catch(() => this.#signal?.throwIfAborted());
      }
    }
  }

  async #askOnce(query: NamedQuery, ask: (driver: PrometheusDriver) => Promise<QueryResult>): Promise<QueryResult> {
    const started = performance.now();
    this.traffic.requests++;
    try {
      return await ask(this.#driver(this.#question(query)));
    } catch (error) {
      // The driver wraps what its interceptors throw into a plain object.
      const { original } = error as { original?: unknown };
      if (original instanceof PrometheusError) {
        original.message = this.#withoutCredentials(original.message);
        throw original;
      }
      // Thrown by an interceptor below, and no word of Prometheus: a fault of this software keeps its own name and stack.
      if (original instanceof Error) throw original;
      throw otherKind(this.#question(query));
    } finally {
      this.traffic.waitedMs += performance.now() - started;
    }
  }

  /** A driver for one attempt: its deadline runs from now, and its errors name this question. */
  #driver(question: string): PrometheusDriver {
    const { url, username, password, bearerToken, tenant } = this.#config;
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    const signal = this.#signal ? AbortSignal.any([this.#signal, deadline]) : deadline;
    return new PrometheusDriver({
      endpoint: url,
      preferPost: true,
      // The deadline above is for the whole answer; this one is for silence on the line.
      timeout: this.#timeoutMs,
      headers: {
        ...(bearerToken ? { Authorization: `Bearer ${bearerToken}` } : {}),
        ...(tenant ? { 'X-Scope-OrgID': tenant } : {}),
      },
      ...(username && password ? { auth: { username, password } } : {}),
      requestInterceptor: {
        onFulfilled: async (request) => {
          // Thanos: fail rather than leave out a store that is away. Others do not know the parameter.
          if (request.data instanceof URLSearchParams) request.data.append('partial_response', 'false');
          await this.#sign?.(question, request);
          return Object.assign(request, {
            signal,
            maxRedirects: 0,
            maxContentLength: MAX_ANSWER_BYTES,
            transformResponse: (text: string | undefined) => this.#parse(text),
          });
        },
      },
      responseInterceptor: {
        onFulfilled: (response) => {
          const answer = { status: response.status, body: response.data as unknown };
          assertWholeAnswer(question, answer);
          assertQuantities(question, answer);
          return response;
        },
        onRejected: (error: RejectedRequest) => {
          if (!error.isAxiosError) throw error;
          if (deadline.aborted || error.code === 'ECONNABORTED') {
            throw new PrometheusError(`${question}: no answer within ${this.#timeoutMs / 1000} s`, undefined);
          }
          if (error.message.startsWith('maxContentLength')) {
            throw new PrometheusError(
              `${question}: the answer is longer than ${MAX_ANSWER_BYTES / 2 ** 20} MiB, and was not read to its end; check PROMETHEUS_URL`,
              error.response?.status,
            );
          }
          // A good status on this path is that of an answer whose end never came.
          if (error.response && error.response.status >= 300) {
            throw errorOfAnswer(
              question,
              { status: error.response.status, body: error.response.data },
              this.#sign && SIGNING_REMEDY,
            );
          }
          throw errorOfConnection(question, error.code);
        },
      },
    });
  }

  /** `text` is undefined where the answer broke off. */
  #parse(text: string | undefined): unknown {
    if (text === undefined) return undefined;
    this.traffic.answerBytes += Buffer.byteLength(text);
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  /** Proxies that refuse a request may quote it. */
  #withoutCredentials(text: string): string {
    const { username, password, bearerToken } = this.#config;
    const basic = username && password ? Buffer.from(`${username}:${password}`).toString('base64') : undefined;
    return [basic, password, bearerToken].reduce<string>(
      (shown, secret) => (secret ? shown.replaceAll(secret, '<credentials>') : shown),
      text,
    );
  }

  #question(query: NamedQuery): string {
    const { origin, pathname } = new URL(this.#config.url);
    return `Prometheus at ${origin}${pathname === '/' ? '' : pathname}, asked for ${query.name}`;
  }
}

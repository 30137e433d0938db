/**
 * Prometheus could not be asked, or its answer cannot be used. The message is for the operator: it names the address,
 * the question and the reason. It holds no credentials and, on purpose, no `cause`: the HTTP client's own errors carry
 * the request with its Authorization header.
 */
export class PrometheusError extends Error {
  constructor(
    message: string,
    /** HTTP status of the answer; undefined when there was none. */
    readonly status: number | undefined,
    /** Whether the same question may well be answered a moment later. */
    readonly passing: boolean = false,
  ) {
    super(message);
    this.name = 'PrometheusError';
  }
}

/** The answer came with warnings: some of the data is missing, and what is there must not be taken for all. */
export class PrometheusPartialAnswerError extends PrometheusError {
  constructor(
    message: string,
    status: number | undefined,
    readonly warnings: readonly string[],
  ) {
    super(message, status);
    this.name = 'PrometheusPartialAnswerError';
  }
}

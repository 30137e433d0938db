import { OperatorError, type Day, type UsageDataset } from '#libs/domain';

/**
 * Prometheus could not be asked, or its answer cannot be used. The message is for the operator: it names the address,
 * the question and the reason. It holds no credentials and, on purpose, no `cause`: the HTTP client's own errors carry
 * the request with its Authorization header.
 */
export class PrometheusError extends OperatorError {
  constructor(
    message: string,
    /** HTTP status of the answer; undefined when there was none. */
    readonly status: number | undefined,
    /** Whether the same question may well be answered a moment later. */
    readonly passing: boolean = false,
  ) {
    super(message);
  }
}

/**
 * A reading that cannot be: more samples than a day has, a quantity below 0, a user without a name. It says which dataset
 * and day, what was read and what to check; it holds no username.
 */
export class ImpossibleReadingError extends OperatorError {
  constructor(
    readonly dataset: UsageDataset,
    readonly day: Day,
    what: string,
    toCheck: string,
  ) {
    super(`${dataset} of ${day}: ${what}; ${toCheck}`);
  }
}

/** The value of a series is no quantity. UsageReader knows which dataset and day it is of. */
export class NoQuantityError extends PrometheusError {
  constructor(
    question: string,
    /** What was read: the series' namespace and its value, in Prometheus's spelling. */
    readonly what: string,
    status: number,
  ) {
    super(`${question}: ${what}`, status);
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
  }
}

/** Nothing knows of the time that was asked for: Thanos reports it as an error, or beside an empty response as a warning. */
export class NoStoreError extends PrometheusError {}

/** Samples of several clusters, and nothing tells which of them is ours. The message names no cluster: it is stored. */
export class SeveralClustersError extends OperatorError {
  constructor(dataset: UsageDataset, day: Day, values: number, label?: string) {
    const told =
      label === undefined
        ? `there are ${values} namespaces kube-system that were made at different times`
        : `the samples have ${values} different values of the label ${label} at once`;
    super(
      `${dataset} of ${day}: ${told}, so some are of other clusters; set PROMETHEUS_SELECTOR to what selects this ` +
        `cluster, such as ${label ?? 'cluster'}="<its value>"`,
    );
  }
}

import { formatUsd, OperatorError, type Day, type Usd } from '#libs/domain';

/** A day whose parts do not add up to its total. */
export interface DayMismatch {
  readonly day: Day;
  readonly attributableUsd: Usd;
  readonly partitionUsd: Usd;
}

/** Cost Explorer's own answers contradict each other: nothing of them may be stored. */
export class PartitionMismatchError extends OperatorError {
  constructor(readonly mismatches: readonly DayMismatch[]) {
    const days = mismatches.map(
      ({ day, attributableUsd, partitionUsd }) =>
        `${day}: total ${formatUsd(attributableUsd)} USD, parts ${formatUsd(partitionUsd)} USD`,
    );
    super(`Cost Explorer's parts do not add up to its attributable total (${listSome(days, '; ')})`);
  }
}

/** Cost Explorer left out days that it was asked for; taking them for free would lose money. */
export class IncompleteAnswerError extends OperatorError {
  constructor(
    request: string,
    readonly days: readonly Day[],
  ) {
    super(`Cost Explorer's answer (${request}) lacks days that were asked for: ${listSome(days, ', ')}`);
  }
}

/** An answer says something that it was not asked, or that cannot be read as exact US dollars. */
export class UnexpectedAnswerError extends OperatorError {
  constructor(request: string, what: string) {
    super(`Cost Explorer's answer (${request}) ${what}`);
  }
}

/** The next request was not sent: it would have cost more than a reading may. */
export class RequestBudgetExceededError extends OperatorError {
  constructor(readonly maxRequests: number) {
    super(
      `stopped before the request to Cost Explorer that would exceed the budget of ${maxRequests} (SYNC_MAX_REQUESTS); ` +
        'nothing was stored',
    );
  }
}

/** Cost Explorer, or the SDK on the way to it, failed; `cause` is what the SDK threw. */
export class CostExplorerError extends OperatorError {
  readonly found: string;
  readonly remedy: string;

  constructor({ found, remedy }: { readonly found: string; readonly remedy: string }, options?: ErrorOptions) {
    super(`${found}. ${remedy}`, options);
    this.found = found;
    this.remedy = remedy;
  }
}

const LISTED = 5;

function listSome(items: readonly string[], separator: string): string {
  const more = items.length > LISTED ? ` and ${items.length - LISTED} more` : '';
  return items.slice(0, LISTED).join(separator) + more;
}

import { formatUsd, type Day, type Usd } from '#libs/domain';

/** A day whose parts do not add up to its total. */
export interface DayMismatch {
  readonly day: Day;
  readonly attributableUsd: Usd;
  readonly partitionUsd: Usd;
}

/** Cost Explorer's own answers contradict each other: nothing of them may be stored. */
export class PartitionMismatchError extends Error {
  constructor(readonly mismatches: readonly DayMismatch[]) {
    const days = mismatches.map(
      ({ day, attributableUsd, partitionUsd }) =>
        `${day}: total ${formatUsd(attributableUsd)} USD, parts ${formatUsd(partitionUsd)} USD`,
    );
    super(`Cost Explorer's parts do not add up to its attributable total (${listSome(days, '; ')})`);
    this.name = 'PartitionMismatchError';
  }
}

/** Cost Explorer left out days that it was asked for; taking them for free would lose money. */
export class IncompleteAnswerError extends Error {
  constructor(
    request: string,
    readonly days: readonly Day[],
  ) {
    super(`Cost Explorer's answer (${request}) lacks days that were asked for: ${listSome(days, ', ')}`);
    this.name = 'IncompleteAnswerError';
  }
}

/** An answer says something that it was not asked, or that cannot be read as exact US dollars. */
export class UnexpectedAnswerError extends Error {
  constructor(request: string, what: string) {
    super(`Cost Explorer's answer (${request}) ${what}`);
    this.name = 'UnexpectedAnswerError';
  }
}

/** The next request was not sent: it would have cost more than a reading may. */
export class RequestBudgetExceededError extends Error {
  constructor(readonly maxRequests: number) {
    super(`stopped before the request to Cost Explorer that would exceed the budget of ${maxRequests}`);
    this.name = 'RequestBudgetExceededError';
  }
}

const LISTED = 5;

function listSome(items: readonly string[], separator: string): string {
  const more = items.length > LISTED ? ` and ${items.length - LISTED} more` : '';
  return items.slice(0, LISTED).join(separator) + more;
}

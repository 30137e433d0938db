import { OperatorError, type Day } from '#libs/domain';

/** No attributed cost at all came back for a day that has some stored: an outage, not a day that cost nothing. */
export class EmptyResponseError extends OperatorError {
  constructor(readonly day: Day) {
    super(`a response without any attributed cost for ${day}, which has costs stored: refused, the stored day stays`);
  }
}

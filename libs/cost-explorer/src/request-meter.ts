import type { GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import { RequestBudgetExceededError } from './errors.js';

/**
 * Counts what is sent to Cost Explorer, the SDK's own retries and every page included: each one may be billed. Sits
 * behind the SDK's retry loop, where a count around `send` would see one request instead of five.
 */
export class RequestMeter {
  private sent = 0;

  constructor(
    private readonly maxRequests: number,
    private readonly onRequest: () => void,
  ) {}

  get requests(): number {
    return this.sent;
  }

  /** Makes the command count each of its attempts, and fail before the one that would exceed the budget. */
  attachTo(command: GetCostAndUsageCommand): void {
    command.middlewareStack.add(
      (next) => (args) => {
        if (this.sent >= this.maxRequests) throw new RequestBudgetExceededError(this.maxRequests);
        this.sent += 1;
        this.onRequest();
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'requestMeter' },
    );
  }
}

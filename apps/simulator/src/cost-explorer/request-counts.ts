/** Requests by operation. AWS bills the answered ones, each page a request. */
export class RequestCounts {
  private readonly counts: Record<string, { answered: number; refused: number }> = {};

  record(operation: string, outcome: 'answered' | 'refused'): void {
    const count = (this.counts[operation] ??= { answered: 0, refused: 0 });
    count[outcome] += 1;
  }

  answered(operation: string): number {
    return this.counts[operation]?.answered ?? 0;
  }

  toJSON() {
    return this.counts;
  }
}

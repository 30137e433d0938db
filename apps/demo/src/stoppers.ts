/** What was started, to be stopped in the opposite order: a server outlives what uses it. */
export class Stoppers {
  readonly #stops: (() => Promise<unknown>)[] = [];

  add(stop: () => Promise<unknown>): void {
    this.#stops.push(stop);
  }

  /** Stops everything, also what comes after a stop that failed: no process is left behind. */
  async stopAll(): Promise<void> {
    for (const stop of this.#stops.splice(0).toReversed()) {
      await stop().catch((error: unknown) => console.error('while stopping:', error));
    }
  }
}

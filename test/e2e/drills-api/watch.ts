import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiProcess } from './api-process.js';

const INTERVAL_MS = 200;

/** What an API was like for others while it was watched. */
export interface Watched {
  readonly residentMib: number;
  /** The median, since one of many may meet another program's moment. */
  readonly liveMs: number;
  /** The slowest. */
  readonly honestMs: number;
  readonly honestCount: number;
  readonly readyStatuses: readonly number[];
}

/** Looks at an API again and again, as a kubelet and an honest client do. */
export class Watch {
  readonly #resident: number[] = [];
  readonly #live: number[] = [];
  readonly #honest: number[] = [];
  readonly #ready = new Set<number>();
  readonly #watching: Promise<unknown>;
  #isOver = false;

  /** @param honestPath a request that was not sent before. */
  constructor(
    private readonly api: ApiProcess,
    private readonly honestPath: () => string,
  ) {
    this.#watching = Promise.all([
      this.#repeat(async () => this.#resident.push(residentMib(api.pid))),
      this.#repeat(async () => this.#live.push((await this.#time('/live')).ms)),
      this.#repeat(async () => this.#ready.add((await this.#time('/ready')).status)),
      this.#repeat(async () => this.#honest.push(await this.#timeServed(this.honestPath()))),
    ]);
  }

  async stop(): Promise<Watched> {
    this.#isOver = true;
    await this.#watching;
    return {
      residentMib: Math.round(Math.max(...this.#resident)),
      liveMs: Math.round(this.#live.toSorted((a, b) => a - b)[Math.floor(this.#live.length / 2)]!),
      honestMs: Math.round(Math.max(...this.#honest)),
      honestCount: this.#honest.length,
      readyStatuses: [...this.#ready],
    };
  }

  async #repeat(look: () => Promise<unknown>): Promise<void> {
    while (!this.#isOver) {
      await look();
      await sleep(INTERVAL_MS);
    }
  }

  /** Until it is served: "busy, come again" is not an answer that a client stops at. */
  async #timeServed(path: string): Promise<number> {
    const begun = performance.now();
    while ((await this.#time(path)).status !== 200 && performance.now() - begun < 30_000) await sleep(INTERVAL_MS);
    return performance.now() - begun;
  }

  async #time(path: string): Promise<{ status: number; ms: number }> {
    const begun = performance.now();
    const response = await fetch(this.api.url + path, { signal: AbortSignal.timeout(30_000) }).catch(() => undefined);
    await response?.text().catch(() => undefined);
    return { status: response?.status ?? 0, ms: performance.now() - begun };
  }
}

function residentMib(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

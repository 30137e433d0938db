import { setTimeout as sleep } from 'node:timers/promises';

/** One answer under load, with when it was asked for and how long it took. */
export interface Sample {
  readonly path: string;
  readonly status: number;
  readonly text: string;
  /** As performance.now() gives them. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** Readers that ask an API one question after the other until they are stopped, and keep what they got. */
export class Load {
  readonly samples: Sample[] = [];
  readonly #readers: Promise<void>[];
  #isOver = false;

  /** @param pathOf the question number n of all; an answer that breaks off has status 0. */
  constructor(url: () => string, readers: number, pathOf: (n: number) => string) {
    let asked = 0;
    this.#readers = Array.from({ length: readers }, async () => {
      while (!this.#isOver) {
        const path = pathOf(asked++);
        const askedAt = performance.now();
        const { status, text } = await ask(url() + path);
        this.samples.push({ path, status, text, askedAt, answeredAt: performance.now() });
        // A refused connection comes back at once, and would be asked for again ten thousand times a second.
        if (status === 0) await sleep(20);
      }
    });
  }

  /** Asked for and answered within these moments. */
  within(from: number, until: number): Sample[] {
    return this.samples.filter(({ askedAt, answeredAt }) => askedAt >= from && answeredAt <= until);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#readers);
  }
}

async function ask(url: string): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: String(error) };
  }
}

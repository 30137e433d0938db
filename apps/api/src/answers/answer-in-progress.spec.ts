import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerInProgress, type AnswerReader } from './answer-in-progress.js';

/** Pieces of 10 bytes; knows how many were taken, and whether it was told to stop. */
class Source {
  taken = 0;
  stopped = false;

  async *pieces(count: number, fault?: Error): AsyncGenerator<string> {
    try {
      for (let n = 0; n < count; n++) {
        await sleep(1);
        this.taken++;
        yield String(n).padStart(10);
      }
      if (fault) throw fault;
    } finally {
      this.stopped = true;
    }
  }
}

async function readAll(reader: AnswerReader): Promise<string> {
  let text = '';
  for (let piece = await reader.read(); piece; piece = await reader.read()) text += piece.toString();
  reader.leave();
  return text;
}

const bodyOf = (count: number) => Array.from({ length: count }, (_, n) => String(n).padStart(10)).join('');

describe('an answer in progress', () => {
  it('of one piece is short, of two is not', async () => {
    const one = new AnswerInProgress(new Source().pieces(1), 'text/plain', 1000);
    one.join();
    expect(await one.isShort).toBe(true);
    const two = new AnswerInProgress(new Source().pieces(2), 'text/plain', 1000);
    two.join();
    expect(await two.isShort).toBe(false);
  });

  it('is made once for readers who join before its end, and finished though nobody reads', async () => {
    const source = new Source();
    const answer = new AnswerInProgress(source.pieces(20), 'text/plain', 1000);
    const first = answer.join();
    await sleep(10);
    expect(await readAll(answer.join())).toBe(bodyOf(20));
    const whole = (await answer.whole)!;
    expect((await whole.formFor(undefined)).body.toString()).toBe(bodyOf(20));
    expect(answer.joinable).toBe(false);
    expect(await readAll(first)).toBe(bodyOf(20));
    expect(source.taken).toBe(20);
  });

  it('goes on for the others when one leaves, and is given up with the last', async () => {
    const source = new Source();
    const answer = new AnswerInProgress(source.pieces(1000), 'text/plain', 100_000);
    const [one, other] = [answer.join(), answer.join()];
    one.leave();
    await other.read();
    expect(source.stopped).toBe(false);
    other.leave();
    expect(await answer.whole).toBeUndefined();
    expect(source.stopped).toBe(true);
    expect(source.taken).toBeLessThan(20);
  });

  it('fails for everybody who waits', async () => {
    const answer = new AnswerInProgress(new Source().pieces(2, new Error('away')), 'text/plain', 1000);
    const reader = answer.join();
    await expect(readAll(reader)).rejects.toThrow('away');
    await expect(answer.whole).rejects.toThrow('away');
    const early = new AnswerInProgress(new Source().pieces(0, new Error('away')), 'text/plain', 1000);
    early.join();
    await expect(early.isShort).rejects.toThrow('away');
  });

  it('that is too long waits for its slowest reader, lets nobody join, and is no whole', async () => {
    const source = new Source();
    const answer = new AnswerInProgress(source.pieces(50), 'text/plain', 100);
    const [slow, fast] = [answer.join(), answer.join()];
    const read = readAll(fast);
    await sleep(100);
    expect(source.taken).toBeLessThan(13);
    expect(answer.joinable).toBe(false);
    expect(await answer.whole).toBeUndefined();
    expect(await Promise.all([read, readAll(slow)])).toEqual([bodyOf(50), bodyOf(50)]);
  });

  it('that is too long drops a reader who keeps others waiting, but not one who is alone', async () => {
    const shared = new AnswerInProgress(new Source().pieces(50), 'text/plain', 100, 50);
    const [stuck, reading] = [shared.join().stream(), shared.join()];
    const broken = new Promise((resolve) => {
      stuck.on('error', resolve);
    });
    expect(await readAll(reading)).toBe(bodyOf(50));
    expect(await broken).toMatchObject({ message: 'read too slowly while others waited' });

    const alone = new AnswerInProgress(new Source().pieces(50), 'text/plain', 100, 50);
    const patient = alone.join();
    await sleep(150);
    expect(await readAll(patient)).toBe(bodyOf(50));
  });
});

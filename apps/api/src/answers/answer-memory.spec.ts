import { AnswerMemory } from './answer-memory.js';
import { FinishedAnswer } from './finished-answer.js';

const KB = 1000;
const answerOf = (bytes: number) => new FinishedAnswer(Buffer.alloc(bytes, 'answer '), 'digest', 'text/plain');
const request = (name: string) => ({ name, route: '/total_costs', headers: [] });

describe('a memory of 100 kB', () => {
  it('makes room by what was asked for longest ago, however it was asked for', () => {
    const memory = new AnswerMemory(100 * KB);
    for (const key of ['a', 'b', 'c']) memory.keep(key, 'earth', answerOf(30 * KB));
    memory.nameRequest('a', request('GET /a'));
    memory.find('b');
    memory.findByRequest('GET /a');
    memory.keep('d', 'earth', answerOf(30 * KB));
    expect(['a', 'b', 'c', 'd'].filter((key) => memory.find(key))).toEqual(['a', 'b', 'd']);
    expect(memory.bytes).toBeLessThanOrEqual(100 * KB);
  });

  it('keeps no answer larger than itself, and loses the others to it', () => {
    const memory = new AnswerMemory(100 * KB);
    memory.keep('a', 'earth', answerOf(10 * KB));
    memory.keep('b', 'earth', answerOf(101 * KB));
    expect([memory.find('a'), memory.find('b'), memory.bytes]).toEqual([undefined, undefined, 0]);
  });

  it('counts compressed forms, names of requests, and an answer that replaces another once', async () => {
    const memory = new AnswerMemory(100 * KB);
    memory.keep('a', 'earth', answerOf(5 * KB));
    const answer = answerOf(10 * KB);
    memory.keep('a', 'earth', answer);
    const before = memory.bytes;
    expect(before).toBeLessThan(12 * KB);
    const form = await answer.formFor('gzip');
    memory.remeasure('a');
    expect(memory.bytes - before).toBe(form.body.length);
    for (let n = 0; n < 1000; n++) memory.nameRequest('a', request(`GET /a?${n}`.padEnd(1 * KB)));
    expect(memory.bytes).toBeLessThan(50 * KB);
    memory.forget(undefined);
    expect(memory.bytes).toBe(0);
  });

  it('forgets one cluster, or everything, with the requests that were answered', () => {
    const memory = new AnswerMemory(100 * KB);
    memory.keep('a', 'earth', answerOf(1 * KB));
    memory.keep('b', 'mars', answerOf(1 * KB));
    memory.nameRequest('a', request('GET /a'));
    memory.nameRequest('b', request('GET /b'));
    memory.forget('earth');
    expect([memory.findByRequest('GET /a'), memory.find('a')]).toEqual([undefined, undefined]);
    expect(memory.findByRequest('GET /b')).toBeDefined();
    expect(memory.generation).toBe(0);
    memory.forget(undefined);
    expect(memory.findByRequest('GET /b')).toBeUndefined();
    expect(memory.generation).toBe(1);
  });
});

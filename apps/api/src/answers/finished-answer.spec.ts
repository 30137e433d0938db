import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { chooseCoding } from './content-coding.js';
import { FinishedAnswer, isKnown } from './finished-answer.js';

describe('the coding of an answer', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['GZIP;q=1.0, br;q=0.5', 'gzip'],
    ['br;q=0, gzip;q=0', 'identity'],
    ['*', 'br'],
    ['*;q=0.1, br;q=0', 'gzip'],
    ['gzip;q=nonsense', 'identity'],
  ])('for %p is %s', (accepted, coding) => {
    expect(chooseCoding(accepted, 10_000)).toBe(coding);
  });

  it('is none for a body that fits a packet', () => {
    expect(chooseCoding('gzip, br', 1000)).toBe('identity');
  });
});

describe('a finished answer', () => {
  const body = Buffer.from('costs '.repeat(1000));

  it('is compressed once, however many ask at the same time', async () => {
    const answer = new FinishedAnswer(body, 'digest', 'text/plain');
    const forms = await Promise.all([answer.formFor('br'), answer.formFor('br'), answer.formFor('gzip')]);
    expect(forms[0]).toBe(forms[1]);
    expect(answer.formFor('br')).toBe(forms[0]);
    expect(brotliDecompressSync(forms[0].body)).toEqual(body);
    expect(gunzipSync(forms[2].body)).toEqual(body);
    expect(new Set([answer.formFor(undefined), ...forms].map((form) => 'etag' in form && form.etag))).toEqual(
      new Set(['"digest"', '"digest-br"', '"digest-gzip"']),
    );
    expect(answer.bytes).toBe(body.length + forms[0].body.length + forms[2].body.length);
  });

  it.each([
    [undefined, false],
    ['"b"', false],
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['*', true],
    ['a', false],
  ])('is known to a client that sends If-None-Match %p: %p', (sent, known) => {
    expect(isKnown(sent, '"a"')).toBe(known);
  });
});

import { harmless } from './foreign-text.js';

describe('a text of others', () => {
  it.each([
    ['line ends', 'a\r\nERROR forged', String.raw`a\r\nERROR forged`],
    ['tab and NUL', 'a\tb\0', String.raw`a\tb\u{0}`],
    ['escape sequences', '\u001b[2J\u009b1A', String.raw`\u{1b}[2J\u{9b}1A`],
    ['Unicode line ends', 'a\u0085b\u2028c\u2029d', String.raw`a\u{85}b\u{2028}c\u{2029}d`],
    ['direction marks', '\u202eevil\u2066\u200f\u061c', String.raw`\u{202e}evil\u{2066}\u{200f}\u{61c}`],
    [
      'what is not to be seen',
      'a\u200bb\u00adc\ufeff\u3164\u{e0041}',
      String.raw`a\u{200b}b\u{ad}c\u{feff}\u{3164}\u{e0041}`,
    ],
    ['half surrogate pairs', 'a\ud83db\ude00', String.raw`a\u{d83d}b\u{de00}`],
  ])('has %s escaped', (_, text, shown) => expect(harmless(text)).toBe(shown));

  it('keeps letters of every script, signs and whole emoji', () => {
    expect(harmless('Zoë 日本 данные "x" \\ 😀 1 × 2 – é')).toBe('Zoë 日本 данные "x" \\ 😀 1 × 2 – é');
  });

  it('has 500 characters at most, of its beginning and its end', () => {
    const kept = harmless('x'.repeat(500));
    expect(kept).toBe('x'.repeat(500));
    const cut = harmless(`Prometheus: ${'x'.repeat(3_000_000)}; check the path`);
    expect(cut).toHaveLength(500);
    expect(cut).toMatch(/^Prometheus: x+ … x+; check the path$/);
  });

  it('is no longer where each character is escaped', () => {
    const cut = harmless('\u202e'.repeat(400));
    expect(cut).toHaveLength(500);
    expect(cut).not.toMatch(/\u202e/);
  });

  it.each([349, 350, 351, 352])('is never cut inside a pair: %i characters before', (before) => {
    const cut = harmless('x'.repeat(before) + '😀'.repeat(5000));
    expect(cut.length).toBeLessThanOrEqual(500);
    expect(cut).not.toMatch(/\p{Cs}/u);
    expect(cut).not.toContain('\\u');
  });

  it('can be made harmless again', () => {
    const once = harmless(`a\n${'\u001b'.repeat(999)}`);
    expect(harmless(once)).toBe(once);
  });
});

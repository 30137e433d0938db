import fc from 'fast-check';

/** A request as it goes over the wire: `target` is the path with its query, encoded or broken. */
export interface ArbitraryRequest {
  readonly method: 'GET' | 'HEAD';
  readonly target: string;
  readonly scoped: boolean;
}

const FILTERS = ['hub', 'component', 'user', 'usergroup', 'hub_name', 'user_name', 'username', 'service', 'cluster'];
const WORDS = [
  'groups',
  'shared',
  'cost',
  'precision',
  'step',
  'unallocated',
  'per',
  'bom',
  'aggregate',
  'includeIdle',
  'compare',
];
const ODD_NAMES = [
  'hub[]',
  'hub[0]',
  'hub[a][b]',
  'from.day',
  '__proto__',
  'constructor',
  'toString',
  'HUB',
  ' hub',
  '',
];

const PLAIN = [
  '',
  'all',
  'All',
  'prod',
  'staging',
  'support',
  'alice',
  'bob',
  'carol',
  'compute',
  'home storage',
  'research',
  'none',
  'alpha',
  'beta',
  'full',
  'split',
  'usage',
  'month',
  'include',
  'hub,user',
  'service',
  '{prod,staging}',
  'a,b,,',
  'null',
  'undefined',
  'NaN',
  'true',
  '[]',
];

const NASTY = [
  "'",
  "' OR 1=1 --",
  "'; DROP TABLE user_costs; --",
  '"',
  '\\',
  '\\x00',
  '%',
  '_',
  '$1',
  '$1::int',
  '$$',
  '{',
  '{}',
  '{,}',

  '{prod',
  '{"a',
  '\0',
  'a\0b',
  '{a,\0}',
  '../../etc/passwd',
  '${7*7}',
  '{{7*7}}',
  '<script>',
  '\r\nSet-Cookie: a=b',

  '\u202e',
  '\ufeff',
  '\uffff',
  '👩‍🔬',
  '\u{10ffff}',
  'x'.repeat(5000),
  '{' + 'a,'.repeat(2000) + '}',
  '9'.repeat(400),
];

const DATES = [
  '2025-03-01',
  '2025-03-02',
  '2025-03-01T00:00:00.000Z',
  '2025-03-01T23:59:59+14:00',
  '2025-03-01 12:00',
  '2025-02-29',
  '0001-01-01',
  '0001-01-01T00:00:00+23:59',
  '0001-01-29',
  '9999-12-31',
  '9999-12-31T23:59:59-23:59',
  '0000-00-00',

  '-0001-01-01',
  '+275760-09-13',
  '2025-13-01',
  'now',
  'infinity',
  'epoch',
  '2025-03-01; SELECT 1',
  '20250301',
  '0',
];

const NUMBERS = [
  '0',
  '1',
  '-1',
  '00',
  '1.5',
  '1e3',
  '0x10',
  ' 1',
  '2147483648',
  '9007199254740993',
  '9223372036854775808',
  'Infinity',
];

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...PLAIN) },
  { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.constantFrom(...DATES, ...NUMBERS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);
const date = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...DATES) },
  { weight: 2, arbitrary: fc.date({ noInvalidDate: true }).map((instant) => instant.toISOString()) },
  { weight: 1, arbitrary: text },
);
const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NUMBERS, '9'.repeat(400)) },
  { weight: 2, arbitrary: fc.bigInt().map(String) },
  { weight: 1, arbitrary: text },
);

/** Bytes of any kind, percent-encoded: not always UTF-8. */
const bytes = fc
  .uint8Array({ maxLength: 20 })
  .map((array) => Array.from(array, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));

/** What a URL can hold without being encoded, and half an encoding. */
const raw = fc.string({
  unit: fc.constantFrom(
    ...`abc019%&=+;?/:@[]{}|\\^~"'<>,.-_!*()$`,
    '%2',
    '%zz',
    '%00',
    '%c3%28',
    '%ED%A0%80',
    '\u00ff',
  ),
  maxLength: 30,
});

const encode = (value: string) => encodeURIComponent(value);
const encoded = fc.oneof(
  { weight: 8, arbitrary: text.map(encode) },
  { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: raw },
);

const named = (names: readonly string[], value: fc.Arbitrary<string>) =>
  fc.tuple(fc.constantFrom(...names).map(encode), value).map(([name, one]) => `${name}=${one}`);

const parameter = fc.oneof(
  { weight: 8, arbitrary: named(FILTERS, encoded) },
  { weight: 3, arbitrary: named(['from', 'to'], date.map(encode)) },
  { weight: 1, arbitrary: named(['limit'], number.map(encode)) },
  { weight: 1, arbitrary: named(WORDS, encoded) },
  { weight: 2, arbitrary: named(['format', 'precision'], fc.constantFrom('csv', 'json', 'CSV', 'exact')) },
  { weight: 1, arbitrary: named(ODD_NAMES, encoded) },
  { weight: 1, arbitrary: fc.tuple(encoded, encoded).map(([name, value]) => `${name}=${value}`) },
  { weight: 1, arbitrary: fc.oneof(raw, fc.constantFrom(...FILTERS)) },
);

/** @param paths that the API answers under. */
export function arbitraryRequest(paths: readonly string[]): fc.Arbitrary<ArbitraryRequest> {
  const path = fc.oneof(
    { weight: 18, arbitrary: fc.constantFrom(...paths) },
    { weight: 1, arbitrary: raw.map((tail) => `/${tail}`) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...paths), raw).map(([one, tail]) => one + tail) },
  );
  const range = fc.constantFrom('from=2025-03-01&to=2025-03-02', 'from=0001-01-01', '', 'window=2025-03-01,2025-03-02');
  const query = fc
    .tuple(range, fc.array(parameter, { maxLength: 4 }))
    .map(([days, parameters]) => [days, ...parameters].filter((part) => part !== '').join('&'));
  return (
    fc
      .record({
        method: fc.constantFrom('GET' as const, 'GET' as const, 'GET' as const, 'HEAD' as const),
        target: fc.tuple(path, query).map(([one, asked]) => `${one}?${asked}`),
        scoped: fc.boolean(),
      })
      // What is no HTTP at all is refused before the method is known, and with a body.
      .map((asked) => (/^[\x21-\x7e]*$/.test(asked.target) ? asked : { ...asked, method: 'GET' as const }))
  );
}

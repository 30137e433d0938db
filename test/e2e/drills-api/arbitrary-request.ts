import fc from 'fast-check';

/** A request as it goes over the wire: `target` is the path with its query, encoded or broken. */
export interface ArbitraryRequest {
  readonly method: 'GET' | 'HEAD';
  readonly target: string;
  readonly scoped: boolean;
}

const NAMES = [
  ...['from', 'to', 'cluster', 'hub', 'component', 'user', 'usergroup', 'limit', 'groups', 'shared'],
  ...[
    'hub_name',
    'user_name',
    'username',
    'hub[]',
    'hub[0]',
    'hub[a][b]',
    'from.day',
    '__proto__',
    'constructor',
    'toString',
  ],
];

const KNOWN = [
  ...[
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
  ],
  ...[
    'alpha',
    'beta',
    'full',
    'split',
    'usage',
    '{prod,staging}',
    '{}',
    '{,}',
    '{prod',
    'a,b,,',
    'null',
    'undefined',
    'NaN',
  ],
  ...['2025-03-01', '2025-03-02', '2025-03-01T00:00:00.000Z', '2025-03-01T23:59:59+14:00', '0001-01-01', '9999-12-31'],
  ...[
    '0000-00-00',
    '-0001-01-01',
    '+275760-09-13',
    '2025-02-29',
    '1e3',
    '0',
    '-1',
    '1',
    '2147483648',
    '9223372036854775808',
  ],
  ...[
    '9'.repeat(400),
    '0x10',
    "'",
    "' OR 1=1 --",
    "'; DROP TABLE user_costs; --",
    '$1',
    '$1::int',
    '\\',
    '%',
    '"',
    '\0',
    'a\0b',
  ],
  ...[
    '../../etc/passwd',
    '${7*7}',
    '{{7*7}}',
    '<script>',
    '\r\nSet-Cookie: a=b',
    '\u202e',
    '\ufeff',
    '👩‍🔬',
    'x'.repeat(5000),
  ],
];

const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...KNOWN) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()) },
  { weight: 1, arbitrary: fc.bigInt().map(String) },
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

const encoded = fc.oneof(
  { weight: 8, arbitrary: text.map((value) => encodeURIComponent(value)) },
  { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: raw },
);

const parameter = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...NAMES).map((name) => encodeURIComponent(name)) }, encoded),
    fc.option(encoded, { nil: undefined, freq: 20 }),
  )
  .map(([name, value]) => (value === undefined ? name : `${name}=${value}`));

/** @param paths that the API answers under. */
export function arbitraryRequest(paths: readonly string[]): fc.Arbitrary<ArbitraryRequest> {
  const path = fc.oneof(
    { weight: 18, arbitrary: fc.constantFrom(...paths) },
    { weight: 1, arbitrary: raw.map((tail) => `/${tail}`) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...paths), raw).map(([one, tail]) => one + tail) },
  );
  const range = fc.constantFrom('from=2025-03-01&to=2025-03-02', 'from=0001-01-01', '');
  const query = fc
    .tuple(range, fc.array(parameter, { maxLength: 8 }))
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

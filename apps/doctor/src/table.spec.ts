import { failure, ok, warning } from './finding.js';
import { formatTable, formatTally } from './table.js';

const FINDINGS = [
  ok('database', 'answers as sync'),
  failure('tag 2i2c:hub-name', 'inactive: every cost is counted for hub support', 'activate it in the payer account'),
  warning(
    'memory of Prometheus',
    'since 2026-11-01',
    'raise --storage.tsdb.retention.time=400d-and-a-word-beyond-its-width',
  ),
];

describe('the table', () => {
  it('has a row for each finding, wrapped between words', () => {
    expect(formatTable(FINDINGS, 100)).toBe(
      [
        'STATUS   CHECK                           FOUND                         REMEDY',
        'ok       database                        answers as sync',
        'failure  tag 2i2c:hub-name               inactive: every cost is       activate it in the payer',
        '                                         counted for hub support       account',
        'warning  memory of Prometheus            since 2026-11-01              raise',
        '                                                                       --storage.tsdb.retention.time=400d-and-a-word-beyond-its-width',
        '',
      ].join('\n'),
    );
  });

  it('shows names that would clear the screen or reverse the line as harmless text', () => {
    const table = formatTable([ok('hubs\u2028', 'prod\u001b[2J\nfailure \u202egnp')], 100);
    expect(table).toContain(String.raw`hubs\u{2028}`);
    expect(table).toContain(String.raw`prod\u{1b}[2J\nfailure`);
    expect(table).toContain(String.raw`\u{202e}gnp`);
  });

  it('ends in a tally of what there is', () => {
    expect(formatTally(FINDINGS)).toBe('1 ok, 1 warning, 1 failure');
    expect(formatTally([...FINDINGS, ...FINDINGS])).toBe('2 ok, 2 warnings, 2 failures');
  });
});

import { composeStatement, parseUsd, type CostLine, type StatementDocument } from '#libs/domain';
import { inflateSync } from 'node:zlib';
import { OCTOBER } from '../../domain/testing/statement-facts.js';
import { strFromU8, unzipSync } from 'fflate';
import { formatCents } from './format-cents.js';
import { statementFileName, writeStatement } from './write-statement.js';

const NAMES = ['<b>&', '=HYPERLINK("http://x")', '+1', '-1', '@x', 'maría, "m"', '東京', 'a\u0001b'];

function statementOf(names: readonly string[], hub = 'prod'): StatementDocument {
  const lines = names.map((user): CostLine => ({
    hub,
    component: 'compute',
    user,
    usergroups: ['none'],
    reason: null,
    directUsd: parseUsd('1234.5678901234'),
    sharedUsd: parseUsd('-0.0000000001'),
  }));
  return composeStatement({ ...OCTOBER, lines });
}

const document = statementOf(NAMES);

describe('a statement', () => {
  it('as XLSX has amounts as numbers, and names as text, whatever they begin with', async () => {
    const files = unzipSync(await writeStatement(document, 'xlsx'));
    const texts = Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)] as const);
    const strings = texts.find(([name]) => name.endsWith('sharedStrings.xml'))![1];
    expect(strings).toContain('<t>=HYPERLINK("http://x")</t>');
    expect(strings).toContain('<t>&lt;b&gt;&amp;</t>');
    expect(strings).toContain('<t>ab</t>');
    const sheets = texts.filter(([name]) => /worksheets\/sheet\d+\.xml$/.test(name)).map(([, text]) => text);
    expect(sheets).toHaveLength(6);
    expect(sheets.join('')).not.toContain('<f>');
    const users = sheets.find((sheet) => sheet.includes('<v>1234.5678901233</v>'));
    expect(users).toMatch(/<c r="C2"[^>]*><v>1234\.5678901234<\/v>/);
  });

  it('as CSV keeps a spreadsheet from reading names as formulas', async () => {
    const text = (await writeStatement(document, 'csv')).toString();
    for (const name of [`"'=HYPERLINK(""http://x"")"`, `"'+1"`, `"'-1"`, `"'@x"`, '"maría, ""m"""', '"東京"']) {
      expect(text).toContain(name);
    }
    expect(text).toContain('1234.5678901234,-0.0000000001');
  });

  it('as JSON has numbers with every digit', async () => {
    const text = (await writeStatement(document, 'json')).toString();
    expect(text).toContain('"shared_usd": -0.0000000001');
    const { users } = JSON.parse(text) as { users: { user: string; total_usd: number }[] };
    expect(users.map(({ user }) => user).toSorted()).toEqual(NAMES.toSorted());
    expect(users[0]!.total_usd).toBe(1234.5678901233);
  });

  it('as PDF has pages', async () => {
    const pages = async (names: readonly string[]) =>
      (await writeStatement(statementOf(names), 'pdf')).toString('latin1').match(/\/Type \/Page\b/g)!.length;
    expect(await pages(NAMES)).toBe(2);
    expect(await pages(Array.from({ length: 300 }, (_, index) => `user-${index}`))).toBeGreaterThan(5);
  });
});

/** Where the texts of a PDF begin, in points from the left. */
function placesOf(pdf: Buffer): number[] {
  const parts = pdf
    .toString('latin1')
    .split(/stream\r?\n/)
    .slice(1);
  const pages = parts.map((part) => {
    try {
      return inflateSync(Buffer.from(part, 'latin1')).toString('latin1');
    } catch {
      // Not a page: a font, or the end of a stream.
      return '';
    }
  });
  return pages.flatMap((page) => [...page.matchAll(/1 0 0 1 ([\d.]+) [\d.]+ Tm/g)].map(([, place]) => Number(place)));
}

it('as PDF keeps every column on the page, whatever names are as long as they may be', async () => {
  const places = placesOf(await writeStatement(statementOf(['x'.repeat(200), 'ada'], 'h'.repeat(63)), 'pdf'));
  expect(places.length).toBeGreaterThan(30);
  // A4 is 595 points wide, its margin 40.
  expect(Math.max(...places)).toBeLessThan(555);
});

it.each([
  ['0', '0.00'],
  ['-0.004', '0.00'],
  ['-0.005', '-0.01'],
  ['1234567.895', '1,234,567.90'],
  ['-1000', '-1,000.00'],
])('%s is written as %s in cents', (usd, text) => {
  expect(formatCents(parseUsd(usd))).toBe(text);
});

describe('the name of its file', () => {
  const whole = { month: '2026-10-01', hub: undefined, usergroup: undefined, user: undefined, version: undefined };

  it.each([
    [{}, 'statement-2026-10.pdf'],
    [{ hub: 'prod', user: 'ada' }, 'statement-2026-10-hub-prod-user-ada.pdf'],
    [{ usergroup: 'climate', version: 2 }, 'statement-2026-10-group-climate-v2.pdf'],
  ])('says what the statement is of: %j', (of, name) => {
    expect(statementFileName({ ...whole, ...of }, 'pdf')).toBe(name);
  });

  it('is safe, and another for each name', () => {
    const names = ['../../etc', '../ ../etc', '東京', '京都', 'x'.repeat(300), `${'x'.repeat(300)}y`, 'a"\r\nb'].map(
      (user) => statementFileName({ ...whole, user }, 'csv'),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^statement-2026-10-user-[\w.@+-]{1,70}\.csv$/);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface DifferenceRow {
  readonly number: number;
  readonly heldBy: readonly string[];
}

/** Cells in which a row may say that no test holds it. */
const NOT_HELD = /^(not held by a test: .+|not addressed)$/;

const read = (path: string) => readFileSync(join(process.cwd(), path), 'utf8');

function rows(): DifferenceRow[] {
  return read('docs/differences.md')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => /^\d+$/.test(cells[1] ?? ''))
    .map((cells) => ({ number: Number(cells[1]), heldBy: cells[5]!.split('<br>') }));
}

/** Whether a test or a table of tests of the file has exactly this title. */
function hasTitle(source: string, title: string): boolean {
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) =>
    source
      .split(quoted)
      .slice(1)
      .some((rest) => /^,\s*(async )?(\(|function|_|[a-z])/.test(rest)),
  );
}

describe('docs/differences.md', () => {
  it('has a row for each of the 33 differences, in order', () => {
    expect(rows().map((row) => row.number)).toEqual(Array.from({ length: 33 }, (_, index) => index + 1));
  });

  it('names tests that exist, or says that there is none', () => {
    const missing = rows().flatMap(({ number, heldBy }) =>
      heldBy.filter((cell) => !NOT_HELD.test(cell) && !exists(cell)).map((cell) => `${number}: ${cell}`),
    );
    expect(missing).toEqual([]);
  });

  it('has few rows that no test holds', () => {
    const notHeld = rows().filter(({ heldBy }) => heldBy.some((cell) => NOT_HELD.test(cell)));
    expect(notHeld.map((row) => row.number)).toEqual([13]);
  });
});

function exists(cell: string): boolean {
  const [, path, title] = /^`([^`]+\.spec\.ts)` › (.+)$/.exec(cell) ?? [];
  if (!path || !title) return false;
  try {
    return hasTitle(read(path), title);
  } catch {
    return false;
  }
}

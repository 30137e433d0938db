import { readFileSync } from 'node:fs';

/** Expects a row in the tables of docs/forecasts.md. With SHOW=1 it is printed instead, to be put there. */
export function expectDocumented(row: string): void {
  if (process.env['SHOW']) process.stdout.write(`${row}\n`);
  else expect(readFileSync('docs/forecasts.md', 'utf8').replaceAll(/ +/g, ' ')).toContain(row);
}

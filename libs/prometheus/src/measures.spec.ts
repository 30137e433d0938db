import { readFileSync } from 'node:fs';
import { measuresTable } from '../../../test/support/measures-table.js';
import { MEASURES } from './measures.js';

describe('the list of measures', () => {
  it('is the table in docs/cost-calculations.md', () => {
    const page = readFileSync('docs/cost-calculations.md', 'utf8');
    const unaligned = page.replaceAll(/ +\|/g, ' |').replaceAll(/\| -+/g, '| ---');
    expect(unaligned).toContain(measuresTable(MEASURES));
  });
});

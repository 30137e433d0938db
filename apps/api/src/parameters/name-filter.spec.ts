import fc from 'fast-check';
import { parseNameList, parseNames } from './name-filter.js';

describe('a name filter', () => {
  it.each([undefined, '', 'all', 'All', 'ALL', [], ['', ''], ['prod', 'All'], '{prod,all}', '{}'])(
    '%j filters nothing',
    (raw) => {
      expect(parseNames(raw)).toBeUndefined();
      expect(parseNameList(raw)).toBeUndefined();
    },
  );

  it('takes one value, a repeated parameter, or a brace list', () => {
    expect(parseNames('prod')).toEqual(['prod']);
    expect(parseNames(['prod', 'staging', 'prod'])).toEqual(['prod', 'staging']);
    expect(parseNames('{prod,staging}')).toEqual(['prod', 'staging']);
    expect(parseNames(['{prod,staging}', 'demo'])).toEqual(['prod', 'staging', 'demo']);
  });

  it('splits at commas without braces only where names hold none', () => {
    expect(parseNames('Doe, Jane')).toEqual(['Doe, Jane']);
    expect(parseNameList('a,b')).toEqual(['a', 'b']);
    expect(parseNameList('{a,b},c')).toEqual(['{a', 'b}', 'c']);
  });

  it('matches nothing, rather than everything, when Postgres cannot hold any of the names', () => {
    expect(parseNames('a\0b')).toEqual([]);
    expect(parseNames('\ud83d')).toEqual([]);
    expect(parseNames(['a\0b', 'prod'])).toEqual(['prod']);
  });

  it('takes any other text as the name that it is', () => {
    const names = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((name) => name.toLowerCase() !== 'all' && !name.includes('\0') && !/^\{.*\}$/s.test(name));
    fc.assert(
      fc.property(names, (name) => {
        expect(parseNames(name)).toEqual([name]);
      }),
    );
  });
});

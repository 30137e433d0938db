import fc from 'fast-check';
import { listCandidates, parseNames, splitNames, type RawValue } from './name-filter.js';

const KNOWN = new Set(['Doe, John', 'CN=hydro,OU=hubs,DC=example,DC=org', '{odd}', 'a,b', 'prod', 'ocean, physics']);

/** What a filter means where these names are known, looked up as the API does. */
function namesOf(raw: RawValue, known: ReadonlySet<string> = KNOWN) {
  const values = parseNames(raw);
  if (!values) return undefined;
  return splitNames(values, new Set(listCandidates(values).filter((name) => known.has(name))));
}

describe('a name filter', () => {
  it.each([undefined, '', 'all', 'All', 'ALL', [], ['', ''], ['prod', 'All'], '{prod,all}', 'prod,ALL', '{}', '{,}'])(
    '%j filters nothing',
    (raw) => expect(namesOf(raw)).toBeUndefined(),
  );

  it('takes one value, a repeated parameter, or a list with or without braces', () => {
    expect(namesOf('prod')).toEqual(['prod']);
    expect(namesOf(['prod', 'staging', 'prod'])).toEqual(['prod', 'staging']);
    expect(namesOf('{prod,staging}')).toEqual(['prod', 'staging']);
    expect(namesOf('prod,staging')).toEqual(['prod', 'staging']);
    expect(namesOf('{prod}')).toEqual(['prod']);
    expect(namesOf(['{prod,staging}', 'demo'])).toEqual(['prod', 'staging', 'demo']);
  });

  it('takes a known name as it is, commas and braces and all', () => {
    expect(namesOf('Doe, John')).toEqual(['Doe, John']);
    expect(namesOf('CN=hydro,OU=hubs,DC=example,DC=org')).toEqual(['CN=hydro,OU=hubs,DC=example,DC=org']);
    expect(namesOf('{odd}')).toEqual(['{odd}']);
    expect(namesOf('a,b')).toEqual(['a,b']);
    expect(namesOf('a,c')).toEqual(['a', 'c']);
  });

  it('keeps known names whole among others', () => {
    expect(namesOf(['Doe, John', 'prod'])).toEqual(['Doe, John', 'prod']);
    expect(namesOf('{Doe, John,prod}')).toEqual(['Doe, John', 'prod']);
    expect(namesOf('{prod,CN=hydro,OU=hubs,DC=example,DC=org,ocean, physics}')).toEqual([
      'prod',
      'CN=hydro,OU=hubs,DC=example,DC=org',
      'ocean, physics',
    ]);
    expect(namesOf('{prod,{odd}}')).toEqual(['prod', '{odd}']);
  });

  it('matches nothing, rather than everything, when Postgres cannot hold any of the names', () => {
    expect(namesOf('a\0b')).toEqual([]);
    expect(namesOf('\ud83d')).toEqual([]);
    expect(namesOf(['a\0b', 'prod'])).toEqual(['prod']);
    expect(namesOf(',')).toEqual([',']);
  });

  it('looks up only what may be a list, and a bounded number of names', () => {
    expect(listCandidates(['prod', 'staging'])).toEqual([]);
    expect(listCandidates(['a,b'])).toEqual(['a,b', 'a', 'b']);
    const many = Array.from({ length: 20_000 }, (_, place) => `u${place}`).join(',');
    expect(listCandidates([many]).length).toBeLessThan(30_000);
    expect(namesOf(`{${many}}`)).toHaveLength(20_000);
  });

  it('finds any known names in any list of them', () => {
    const names = fc.uniqueArray(
      fc.string({ unit: fc.constantFrom('x', 'y', '{', '}', ',', ' '), minLength: 1, maxLength: 6 }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(names, (list) => {
        expect(namesOf(list, new Set(list))).toEqual(list);
        for (const name of list) expect(namesOf(name, new Set(list))).toEqual([name]);
      }),
    );
  });
});

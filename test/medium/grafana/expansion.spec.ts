import { expandMacros } from './expand-macros.js';
import { ALL, expandVariables, type Picked } from './expand-variables.js';

const range = { from: new Date('2026-03-02T09:30:00.000Z'), to: new Date('2026-03-05T15:45:00.120Z') };

function put(sql: string, picked: Picked, more: { allValue?: string } = {}): string {
  return expandVariables(sql, [
    {
      variable: { name: 'hub', type: 'query', multi: true, includeAll: true, ...more },
      picked,
      options: ['prod', "o'hub"],
    },
  ]);
}

describe('a variable in a query', () => {
  it('becomes a list of quoted literals', () => {
    expect(put('hub IN (${hub:sqlstring})', ['a', `o'b`])).toBe(`hub IN ('a','o''b')`);
    expect(put('hub = ${hub:sqlstring}', 'a')).toBe(`hub = 'a'`);
  });

  it('gets a backslash before double quotes, as Grafana writes them', () => {
    expect(put('${hub:sqlstring}', 'a"b')).toBe(`'a\\"b'`);
  });

  it('becomes every option when All is picked, or the text that stands for All, as it is', () => {
    expect(put('hub IN (${hub:sqlstring})', ALL)).toBe(`hub IN ('prod','o''hub')`);
    expect(put('hub IN (${hub:sqlstring})', ALL, { allValue: "'__all__'" })).toBe(`hub IN ('__all__')`);
  });

  it('leaves macros and unknown names alone, and refuses a format that it does not know', () => {
    expect(put('$__timeFilter(day) AND $other ${other:csv}', 'a')).toBe('$__timeFilter(day) AND $other ${other:csv}');
    expect(() => put('${hub:pipe}', 'a')).toThrow('no such format');
  });
});

describe('a macro of the Postgres datasource', () => {
  it.each([
    ['$__timeFilter(day)', `day BETWEEN '2026-03-02T09:30:00Z' AND '2026-03-05T15:45:00.12Z'`],
    ['$__timeFrom()', `'2026-03-02T09:30:00Z'`],
    ['$__timeTo()::date', `'2026-03-05T15:45:00.12Z'::date`],
    [`$__timeGroup(at, '1d') AS "time"`, `floor(extract(epoch from at)/86400)*86400 AS "time"`],
    [`$__timeGroup(at,5m), x`, `floor(extract(epoch from at)/300)*300 AS "time", x`],
    [`$__timeGroupAlias(at,'1h')`, `floor(extract(epoch from at)/3600)*3600 AS "time"`],
    ['$__unixEpochFilter(at)', 'at >= 1772443800 AND at <= 1772725500'],
    ['$__unixEpochFrom()', '1772443800'],
  ])('%s', (macro, sql) => {
    expect(expandMacros(macro, range)).toBe(sql);
  });

  it('is refused when unknown', () => {
    expect(() => expandMacros('$__interpolate(x)', range)).toThrow('unknown macro "__interpolate"');
  });
});

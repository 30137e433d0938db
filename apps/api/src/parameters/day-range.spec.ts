import { addDays, countDays, eachDay } from '#libs/domain';
import fc from 'fast-check';
import { parseDay, parseDayRange } from './day-range.js';

const TODAY = '2026-11-24';

const range = (from?: string, to?: string) => {
  const parsed = parseDayRange(from, to, TODAY);
  return 'window' in parsed ? parsed.window : parsed.fault.parameter;
};

describe('a day', () => {
  it.each([
    ['2026-11-01', '2026-11-01'],
    ['2026-11-01T00:00:00.000Z', '2026-11-01'],
    ['2026-11-01T23:59:59.999Z', '2026-11-01'],
    ['2026-11-01T23:59', '2026-11-01'],
    ['2026-11-01 12:00:00', '2026-11-01'],
    ['2026-11-01T00:30:00+01:00', '2026-10-31'],
    ['2026-11-01T00:30:00 01:00', '2026-10-31'],
    ['2026-11-01T23:30:00-01:00', '2026-11-02'],
    ['2026-11-01T23:30:00-0100', '2026-11-02'],
    ['2024-02-29', '2024-02-29'],
  ])('%s is %s', (text, day) => {
    expect(parseDay(text)).toBe(day);
  });

  it.each([
    '',
    'today',
    '2026-11',
    '20261101',
    '2026-02-29',
    '2026-11-31',
    '2026-11-01T24:00:00Z',
    '2026-11-01T12:60:00Z',
    '2026-11-01T12:00:00+25:00',
    '1761955200000',
    '0000-12-31',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:00:00-02:00',
    '2026-11-01\n',
    '2026-11-01T00:00:00Z; DROP TABLE',
  ])('%j is none', (text) => {
    expect(parseDay(text.replace('\n', '\0'))).toBeUndefined();
  });

  it('is the day of the instant that JavaScript reads from the same text', () => {
    const instants = fc.date({ min: new Date('0002-01-01'), max: new Date('9998-12-31'), noInvalidDate: true });
    const zones = fc.tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
    fc.assert(
      fc.property(instants, zones, (instant, [sign, hours, minutes]) => {
        const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        const text = instant.toISOString().replace('Z', zone);
        expect(parseDay(text)).toBe(new Date(text).toISOString().slice(0, 10));
      }),
    );
  });
});

describe('a range', () => {
  it('is the last 30 days, today included, when nothing is asked for', () => {
    expect(range()).toEqual({ from: '2026-10-26', until: '2026-11-25' });
    expect(countDays({ from: '2026-10-26', until: '2026-11-25' })).toBe(30);
  });

  it('is the 30 days that end with to, or all since from', () => {
    expect(range(undefined, '2026-01-30')).toEqual({ from: '2026-01-01', until: '2026-01-31' });
    expect(range('2025-01-01')).toEqual({ from: '2025-01-01', until: '2026-11-25' });
    expect(range(undefined, '0001-01-29')).toEqual({ from: '0001-01-01', until: '0001-01-30' });
  });

  it('ends today when to is in the future, and is empty when from is too', () => {
    expect(range('2026-11-20', '2027-01-01')).toEqual({ from: '2026-11-20', until: '2026-11-25' });
    expect(range('2027-01-01', '2027-02-01')).toEqual({ from: '2026-11-25', until: '2026-11-25' });
    expect(range('2027-01-01')).toEqual({ from: '2026-11-25', until: '2026-11-25' });
  });

  it('names the parameter that is at fault', () => {
    expect(range('2026-11-02', '2026-11-01')).toBe('from');
    expect(range('2027-02-01', '2027-01-01')).toBe('from');
    expect(range('x', '2026-11-01')).toBe('from');
    expect(range('2026-11-01', 'x')).toBe('to');
  });

  it('holds exactly the days from from to to, both included', () => {
    const days = fc.integer({ min: 0, max: 4000 }).map((ago) => addDays(TODAY, -ago));
    fc.assert(
      fc.property(days, days, (one, other) => {
        const [from, to] = one <= other ? [one, other] : [other, one];
        const window = range(from, to);
        if (typeof window === 'string') throw new Error(window);
        const asked = eachDay(window);
        expect([asked[0], asked.at(-1)]).toEqual([from, to]);
      }),
    );
  });
});

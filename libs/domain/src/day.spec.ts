import fc from 'fast-check';
import { addDays, countDays, dayOf, eachDay, firstOfMonth, isDay, startOfDay } from './day.js';

const day = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
  .map((instant) => dayOf(instant));

describe('days', () => {
  it('begin at midnight UTC and end with the next', () => {
    expect(dayOf(new Date('2026-03-01T00:00:00.000Z'))).toBe('2026-03-01');
    expect(dayOf(new Date('2026-03-01T23:59:59.999Z'))).toBe('2026-03-01');
    expect(dayOf(new Date('2026-03-01T00:30:00+02:00'))).toBe('2026-02-28');
    expect(startOfDay('2026-03-01').toISOString()).toBe('2026-03-01T00:00:00.000Z');
  });

  it.each(['2026-01-01', '2024-02-29', '0001-01-01', '9999-12-31'])('know %s', (text) =>
    expect(isDay(text)).toBe(true),
  );

  it.each([
    '2026-02-29',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '2026-2-3',
    '20260203',
    '2026-02-03T00:00Z',
    '',
    ' ',
  ])('refuse %j', (text) => expect(isDay(text)).toBe(false));

  it('are counted over month ends, leap days and changes of the clock', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
    expect(countDays({ from: '2024-01-01', until: '2025-01-01' })).toBe(366);
  });

  it('find the first of a month near and far', () => {
    expect(firstOfMonth('2026-03-31')).toBe('2026-03-01');
    expect(firstOfMonth('2026-03-31', -1)).toBe('2026-02-01');
    expect(firstOfMonth('2026-01-15', -1)).toBe('2025-12-01');
    expect(firstOfMonth('2026-11-24', -13)).toBe('2025-10-01');
    expect(firstOfMonth('2026-12-01', 1)).toBe('2027-01-01');
    expect(firstOfMonth('0001-01-15', 1)).toBe('0001-02-01');
  });

  it('go forth and back to where they were, and sort as text', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 5000 }), (from, count) => {
        const later = addDays(from, count);
        expect(isDay(later)).toBe(true);
        expect(later > from).toBe(true);
        expect(addDays(later, -count)).toBe(from);
        expect(countDays({ from, until: later })).toBe(count);
        expect(countDays({ from: later, until: from })).toBe(0);
      }),
    );
  });

  it('of a window are each there once, in order, the end left out', () => {
    expect(eachDay({ from: '2026-02-27', until: '2026-03-02' })).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(eachDay({ from: '2026-03-01', until: '2026-03-01' })).toEqual([]);
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 500 }), (from, count) => {
        const days = eachDay({ from, until: addDays(from, count) });
        expect(days).toHaveLength(count);
        expect(days[0]).toBe(from);
        expect(days.every((one, index) => index === 0 || addDays(days[index - 1]!, 1) === one)).toBe(true);
      }),
    );
  });
});

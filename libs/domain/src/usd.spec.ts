import fc from 'fast-check';
import { formatUsd, parseUsd, sumUsd } from './usd.js';

const amount = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });

describe('exact dollars', () => {
  it.each([
    ['0', 0n],
    ['1', 10_000_000_000n],
    ['12.3456789012', 123_456_789_012n],
    ['-0.5', -5_000_000_000n],
    ['+2.5', 25_000_000_000n],
    ['7.', 70_000_000_000n],
    ['0007.10', 71_000_000_000n],
    ['4.2E-9', 42n],
    ['4.2e+2', 4_200_000_000_000n],
    ['-0', 0n],
    ['9007199254740993.0000000001', 90_071_992_547_409_930_000_000_001n],
  ])('parse %s', (text, expected) => expect(parseUsd(text)).toBe(expected));

  it.each([
    ['0.00000000005', 1n],
    ['0.00000000004999999', 0n],
    ['-0.00000000005', -1n],
    ['-0.00000000004', 0n],
    ['1.99999999995', 20_000_000_000n],
    ['5e-11', 1n],
    ['1E-999', 0n],
  ])('round %s at the tenth digit, half away from zero', (text, expected) => expect(parseUsd(text)).toBe(expected));

  it.each(['', ' ', 'NaN', 'Infinity', '1,5', '1 ', '0x10', '.5', '--1', '1e', '1e1000', '1\n', '１'])(
    'refuse %j',
    (text) => expect(() => parseUsd(text)).toThrow(RangeError),
  );

  it('write ten digits, and the sign of amounts below one', () => {
    expect(formatUsd(0n)).toBe('0.0000000000');
    expect(formatUsd(-1n)).toBe('-0.0000000001');
    expect(formatUsd(123_456_789_012n)).toBe('12.3456789012');
  });

  it('are the same after being written and read', () => {
    fc.assert(fc.property(amount, (usd) => expect(parseUsd(formatUsd(usd))).toBe(usd)));
  });

  it('are read alike whichever way an exponent shifts the point', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 30 }), (usd, shift) => {
        expect(parseUsd(`${usd}e-10`)).toBe(usd);
        expect(parseUsd(`${usd}${'0'.repeat(shift)}E-${10 + shift}`)).toBe(usd);
      }),
    );
  });

  it('are off by half a unit at most when rounded, however many digits there are', () => {
    fc.assert(
      fc.property(amount, fc.bigInt({ min: 0n, max: 10n ** 12n - 1n }), (usd, beyond) => {
        const digits = beyond.toString().padStart(12, '0');
        const exact = usd * 10n ** 12n + (usd < 0n ? -beyond : beyond);
        const error = parseUsd(`${usd}${digits}e-22`) * 10n ** 12n - exact;
        expect(error <= 5n * 10n ** 11n && error >= -5n * 10n ** 11n).toBe(true);
      }),
    );
  });

  it('add up to the same in any order', () => {
    expect(sumUsd([])).toBe(0n);
    expect(formatUsd(sumUsd(['0.1', '0.2', '-0.3', '1e-10'].map(parseUsd)))).toBe('0.0000000001');
    fc.assert(
      fc.property(fc.array(amount), (amounts) => {
        expect(sumUsd(amounts)).toBe(sumUsd(amounts.toReversed()));
        expect(sumUsd([...amounts, ...amounts.map((usd) => -usd)])).toBe(0n);
      }),
    );
  });
});

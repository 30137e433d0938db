/**
 * @jest-environment ./test/support/time-zone-environment.cjs
 * @jest-environment-options {"timeZone": "Pacific/Auckland"}
 */
import { describeDaysAt } from './days-at.js';

describe('at 23:58 of Pacific/Auckland a sync', () => {
  const instant = new Date('2026-11-27T10:58:00Z');

  it('runs in that time zone', () => {
    expect([instant.getHours(), instant.getMinutes()]).toEqual([23, 58]);
  });

  describeDaysAt(instant);
});

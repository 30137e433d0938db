/**
 * @jest-environment ./test/support/time-zone-environment.cjs
 * @jest-environment-options {"timeZone": "America/Los_Angeles"}
 */
import { describeDaysAt } from './days-at.js';

describe('at 23:58 of America/Los_Angeles a sync', () => {
  const instant = new Date('2026-11-28T07:58:00Z');

  it('runs in that time zone', () => {
    expect([instant.getHours(), instant.getMinutes()]).toEqual([23, 58]);
  });

  describeDaysAt(instant);
});

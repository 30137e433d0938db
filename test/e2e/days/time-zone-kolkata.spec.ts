/**
 * @jest-environment ./test/support/time-zone-environment.cjs
 * @jest-environment-options {"timeZone": "Asia/Kolkata"}
 */
import { describeDaysAt } from './days-at.js';

describe('at 23:58 of Asia/Kolkata a sync', () => {
  const instant = new Date('2026-11-27T18:28:00Z');

  it('runs in that time zone', () => {
    expect([instant.getHours(), instant.getMinutes()]).toEqual([23, 58]);
  });

  describeDaysAt(instant);
});

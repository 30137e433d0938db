import { describeDaysAt } from './days-at.js';

describe.each([
  '2026-11-27T00:01:00Z',
  '2026-11-27T04:59:00Z',
  '2026-11-27T05:18:00Z',
  '2026-11-27T16:45:00Z',
  '2026-11-27T23:58:00Z',
  '2026-11-01T00:30:00Z',
])('at %s a sync', (instant) => {
  describeDaysAt(new Date(instant));
});

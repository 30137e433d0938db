import { describeDaysAt } from './days-at.js';

describe.each([
  '2026-11-01T23:58:00Z',
  '2025-12-31T23:58:00Z',
  '2026-01-01T00:01:00Z',
  '2024-02-28T12:00:00Z',
  '2024-02-29T12:00:00Z',
  '2024-03-01T12:00:00Z',
])('at %s a sync', (instant) => {
  describeDaysAt(new Date(instant));
});

import { addDays, firstOfMonth, type Day } from '#libs/domain';
import { EC2, EC2_OTHER, EFS } from './estate/services.js';
import type { FaultRequest } from './faults/fault.js';

/** Requests to Cost Explorer that a first run makes: those of any run, and one for the account's first day. */
export const REQUESTS_OF_FIRST_RUN = 7;
/** Runs of which the story tells. */
export const RUNS_OF_STORY = 3;

/** The day whose metrics nobody scraped. */
export function lostDay(today: Day): Day {
  return addDays(today, -9);
}

/**
 * What the demo shows besides a quiet account: nodes cost more this month than last. The first run succeeds; the second is
 * refused; the third is throttled once, tries again, and finds that AWS has restated some days, one service up and one down.
 */
export function story(today: Day): FaultRequest[] {
  const yesterday = addDays(today, -1);
  const later = { after: REQUESTS_OF_FIRST_RUN } as const;
  return [
    { kind: 'restatement', from: firstOfMonth(yesterday), until: addDays(today, 1), service: EC2, percent: 135 },
    { kind: 'restatement', from: addDays(today, -6), until: addDays(today, -3), service: EFS, percent: 112, ...later },
    {
      kind: 'restatement',
      from: addDays(today, -5),
      until: addDays(today, -2),
      service: EC2_OTHER,
      percent: 85,
      ...later,
    },
    {
      kind: 'error',
      name: 'AccessDeniedException',
      message: 'User is not authorized to perform ce:GetCostAndUsage',
      ...later,
    },
    { kind: 'error', name: 'ThrottlingException', message: 'Rate exceeded', after: REQUESTS_OF_FIRST_RUN + 1 },
  ];
}

import type { Day, UsageDataset } from '#libs/domain';
import { judgeMemory } from './memory.js';

describe('the memory of Prometheus', () => {
  const window = { from: '2025-10-01', until: '2026-11-16' };
  const none: Record<UsageDataset, Day | undefined> = {
    compute: undefined,
    'home storage': undefined,
    memberships: undefined,
  };
  const judge = (days: Record<UsageDataset, Day>) =>
    judgeMemory({ window, firstDays: new Map(Object.entries({ ...none, ...days })) });

  it('is fine when it reaches as far as costs do', () => {
    expect(judge({ compute: '2025-10-02', 'home storage': '2026-01-01' }).status).toBe('ok');
  });

  it('is a warning when it does not, which says since when and what is lost', () => {
    expect(judge({ compute: '2026-11-01', memberships: '2026-11-10' })).toMatchObject({
      status: 'warning',
      found:
        'compute since 2026-11-01 (15 days), home storage never, memberships since 2026-11-10 (6 days): ' +
        'costs before 2026-11-01 have no usage to be shared by and stay unallocated',
      remedy: expect.stringContaining('--storage.tsdb.retention.time'),
    });
  });

  it('of a week at most is called short; none at all is a failure', () => {
    expect(judge({ compute: '2026-11-09' }).found).toMatch(/outage of the sync outlasts$/);
    expect(judge({}).status).toBe('failure');
  });
});

import type { ClusterMetrics } from '#libs/prometheus';
import { judgePeople } from './people.js';

describe('people', () => {
  const person = { namespace: 'prod', username: 'jane', usernameEscaped: 'jane', usernameSafe: 'jane---1a2b3c4d' };
  const judge = (change: { directories?: string[]; named?: number; placed?: number; nameless?: number }) => {
    const { directories = [], named = 10, placed = 10, nameless = 0 } = change;
    const counts = {
      namedPods: named,
      namedPodsWithRequest: placed,
      spawnedPodsWithoutName: nameless,
    } as ClusterMetrics['counts'];
    return judgePeople({
      counts,
      directories: directories.map((directory) => ({ namespace: 'prod', directory })),
      unmatchedPods: nameless > 0 ? ['prod/jupyter-x'] : [],
      podNamespaces: ['prod'],
      labels: [person],
      clusterLabels: [],
      scrapeSeconds: 60,
      awayExporters: [],
    });
  };

  it('own directories by label or by name; shared ones do not count', () => {
    const [, directories] = judge({ directories: ['jane---1a2b3c4d', 'bob', 'joe-40example', '_shared'] });
    expect(directories).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(
        /^3 of 3 \(100%\) of home directories: 1 by jupyterhub_user_group_info, 2 by their name/,
      ),
    });
  });

  it('are a warning when more than a tenth of the directories, or of the pods, is nobody’s', () => {
    const [, directories] = judge({ directories: ['bob', 'team-2024'] });
    expect(directories).toMatchObject({ status: 'warning', found: expect.stringMatching(/^1 of 2 \(50%\)/) });
    expect(judge({ nameless: 1 })[0]).toMatchObject({ status: 'ok' });
    expect(judge({ nameless: 2 })[0]).toMatchObject({ status: 'warning', found: expect.stringMatching(/^10 of 12/) });
    expect(judge({ placed: 8 })[0]).toMatchObject({ status: 'warning', found: expect.stringMatching(/^8 of 10/) });
  });

  it('are named where they do not match, up to three', () => {
    const [pods, directories] = judge({ nameless: 2, directories: ['bob', 'team-1', 'team-2', 'team-3', 'team-4'] });
    expect(pods!.found).toMatch(/request for memory: prod\/jupyter-x$/);
    expect(directories!.found).toMatch(/own name: prod\/team-1, prod\/team-2, prod\/team-3, …$/);
    expect(judge({ directories: ['bob'] })[1]!.found).toMatch(/own name$/);
  });

  it('are not judged without any', () => {
    expect(judge({ named: 0, placed: 0 }).map(({ status }) => status)).toEqual(['skipped', 'skipped']);
  });
});

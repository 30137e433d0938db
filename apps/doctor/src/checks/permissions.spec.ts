import type { AwsErrorDescription } from '#libs/cost-explorer';
import { judgePermissions } from './permissions.js';

describe('the permissions', () => {
  type Answer = AwsErrorDescription['refusal'];
  const refused = (refusal: Answer) => refusal && { refusal, found: `refused: ${refusal}`, remedy: `mend ${refusal}` };
  const judge = (...[getCostAndUsage, getTags, listCostAllocationTags]: [Answer, Answer, Answer]) =>
    judgePermissions({
      getCostAndUsage: refused(getCostAndUsage),
      getTags: refused(getTags),
      listCostAllocationTags: refused(listCostAllocationTags),
    });
  const statuses = (...answers: [Answer, Answer, Answer]) => judge(...answers).map(({ status }) => status);

  it('fail without the one that the sync needs; a member account cannot have the last', () => {
    expect(statuses(undefined, undefined, undefined)).toEqual(['ok', 'ok', 'ok']);
    expect(statuses('policy', 'policy', 'policy')).toEqual(['failure', 'warning', 'warning']);
    expect(statuses(undefined, undefined, 'member account')).toEqual(['ok', 'ok', 'ok']);
  });

  it('are mended as the refusal says: by a policy only where a policy is missing', () => {
    expect(judge('not enabled', 'not enabled', 'organisation').map(({ remedy }) => remedy)).toEqual([
      'mend not enabled',
      'mend not enabled',
      'mend organisation',
    ]);
    expect(judge('policy', 'policy', undefined)[1]!.remedy).toBe('allow ce:GetTags to the role that runs the doctor');
  });
});

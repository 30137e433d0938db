import { judgePermissions } from './permissions.js';

describe('the permissions', () => {
  const statuses = (...[getCostAndUsage, getTags, listCostAllocationTags]: Answers) =>
    judgePermissions({ getCostAndUsage, getTags, listCostAllocationTags }).map(({ status }) => status);
  type Answer = 'allowed' | 'not allowed' | 'member account';
  type Answers = [Answer, Answer, Answer];

  it('fail without the one that the sync needs; a member account cannot have the last', () => {
    expect(statuses('allowed', 'allowed', 'allowed')).toEqual(['ok', 'ok', 'ok']);
    expect(statuses('not allowed', 'not allowed', 'not allowed')).toEqual(['failure', 'warning', 'warning']);
    expect(statuses('allowed', 'allowed', 'member account')).toEqual(['ok', 'ok', 'ok']);
  });
});

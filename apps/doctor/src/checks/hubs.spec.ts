import { DEFAULT_ATTRIBUTION } from '#libs/domain';
import { judgeHubs } from './hubs.js';

describe('hub tags and namespaces', () => {
  const attribution = { ...DEFAULT_ATTRIBUTION, namespaceHubs: { 'staging-2': 'staging' } };
  const judge = (tags: string[], namespaces: string[]) => judgeHubs(attribution, { tags, namespaces });

  it('agree, aliases and untagged costs included', () => {
    const [finding, ...others] = judge(['', 'prod', 'staging', 'support'], ['prod', 'staging-2']);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ status: 'ok', found: expect.stringMatching(/prod, staging$/) });
  });

  it('that are alike are offered as an alias, once', () => {
    expect(judge(['research'], ['research-hub'])).toEqual([
      expect.objectContaining({
        status: 'warning',
        check: 'hub research',
        remedy: expect.stringContaining('"namespaceHubs": {"research-hub": "research"}'),
      }),
    ]);
  });

  it('that are alone are named, each way', () => {
    expect(judge(['prod', 'old'], ['prod', 'sandbox']).map(({ check }) => check)).toEqual([
      'hub old',
      'namespace sandbox',
    ]);
  });

  it('are not compared when there is no hub tag: that is a finding of its own', () => {
    expect(judge([''], ['prod']).map(({ status }) => status)).toEqual(['skipped']);
  });
});

import { withoutInternals } from './freshness.js';

describe('an error shown to strangers', () => {
  it('keeps its first line, without ARNs and addresses', () => {
    expect(
      withoutInternals('AccessDenied: arn:aws:iam::123456789012:role/x may not, see http://10.0.0.1:80/a\n at y'),
    ).toBe('AccessDenied: arn:… may not, see …://…');
  });

  it('is no longer than 500 characters', () => {
    expect(withoutInternals('x'.repeat(9000))).toHaveLength(500);
  });
});

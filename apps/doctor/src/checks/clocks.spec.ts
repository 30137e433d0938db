import { judgeClocks } from './clocks.js';

describe('the clocks', () => {
  const judge = (database: number | undefined, AWS: number | undefined) =>
    judgeClocks({ database, AWS, Prometheus: undefined });

  it('agree within half a minute', () => {
    expect(judge(900, -20_000)).toMatchObject({ status: 'ok', found: 'database agrees, AWS is 20 s behind' });
  });

  it('are a warning beyond, and a failure where AWS would refuse signatures', () => {
    expect(judge(31_000, 0)).toMatchObject({ status: 'warning', found: 'database is 31 s ahead, AWS agrees' });
    expect(judge(0, -300_000)).toMatchObject({ status: 'failure', remedy: expect.stringContaining('NTP') });
    expect(judge(undefined, undefined).status).toBe('skipped');
  });
});

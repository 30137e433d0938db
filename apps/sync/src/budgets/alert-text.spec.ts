import type { PendingAlert } from '#libs/database';
import { parseUsd } from '#libs/domain';
import { alertText } from './alert-text.js';

const PASSED: PendingAlert = {
  kind: 'budget',
  key: {},
  budget: 'prod',
  event: 'passed',
  on: 'actual',
  threshold: '80%',
  day: '2026-11-20',
  from: '2026-11-01',
  to: '2026-11-30',
  usd: parseUsd('1634.125'),
  amountUsd: parseUsd('2000'),
};
const ANOMALY: PendingAlert = {
  kind: 'anomaly',
  key: {},
  day: '2026-11-20',
  hub: 'prod',
  component: 'compute',
  username: null,
  usd: parseUsd('1234567.994999'),
  usualUsd: parseUsd('31.2'),
};

describe('the text of an alert', () => {
  it.each<[string, PendingAlert]>([
    [
      'earth: budget prod passed 80% on 2026-11-20: 1,634.13 USD of 2,000.00 USD spent, from 2026-11-01 to 2026-11-30',
      PASSED,
    ],
    [
      'earth: budget prod is expected to pass 80%: 1,634.13 USD of 2,000.00 USD at its end, from 2026-11-01 to 2026-11-30',
      { ...PASSED, on: 'forecast' },
    ],
    [
      'earth: budget prod is under 80% again, since stored costs changed: 1,634.13 USD of 2,000.00 USD, from 2026-11-01 to 2026-11-30',
      { ...PASSED, event: 'under' },
    ],
    ['earth: unusual cost on 2026-11-20: compute of hub prod cost 1,234,567.99 USD, usually 31.20 USD', ANOMALY],
    [
      'earth: unusual cost on 2026-11-20: user ada of hub prod cost 0.50 USD, usually 31.20 USD',
      { ...ANOMALY, component: null, username: 'ada', usd: parseUsd('0.495') },
    ],
  ])('says %s', (text, alert) => expect(alertText('earth', alert)).toBe(text));

  it('calls nobody and forges no line, whatever names hold', () => {
    expect(alertText('earth', { ...PASSED, budget: '<!channel> & \nearth: all is well' })).toContain(
      'budget &lt;!channel&gt; &amp; \\nearth: all is well passed 80%',
    );
  });
});

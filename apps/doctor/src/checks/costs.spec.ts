import { parseUsd } from '#libs/domain';
import { judgeCosts } from './costs.js';

describe('the costs', () => {
  const window = { from: '2026-11-01', until: '2026-11-15' };
  const statuses = (accountUsd: string, hubUsd: Record<string, string>) =>
    judgeCosts('earth', '2i2c:hub-name', {
      window,
      accountUsd: parseUsd(accountUsd),
      hubUsd: new Map(Object.entries(hubUsd).map(([hub, usd]) => [hub, parseUsd(usd)])),
    }).map(({ status, found }) => `${status}: ${found}`);

  it('of a cluster whose hubs are tagged are fine', () => {
    expect(statuses('200.999', { '': '25.5', prod: '60', staging: '14.5' })).toEqual([
      'ok: 200.99 USD from 2026-11-01 until 2026-11-15',
      'ok: 100.00 USD carry a tag of cluster earth, 49% of the account',
      'ok: prod, staging; 25% carry no 2i2c:hub-name and count for support',
    ]);
  });

  it('fail when there are none, when none is the cluster’s, and when no hub is tagged', () => {
    expect(statuses('0', {})).toEqual(['failure: none from 2026-11-01 until 2026-11-15']);
    expect(statuses('9', {})[1]).toBe('failure: no cost carries a tag of cluster earth');
    expect(statuses('9', { '': '5' })[2]).toBe('failure: no cost of the cluster carries 2i2c:hub-name');
  });
});

import { execute } from '../../support/database.js';
import { CLUSTER } from './estate.js';
import { Panels, range } from './panel-rows.js';

const panels = new Panels('jupyterhub-user-costs');

/** March is a month of the first range, and of the days before the second. On 10 April ada bears 1. */
const MARCH_AND_APRIL = range('2026-03-01T00:00:00Z', '2026-04-10T12:00:00Z');
const APRIL = range('2026-04-01T00:00:00Z', '2026-05-01T12:00:00Z');

const ON_10_APRIL = `
  INSERT INTO cost_days (cluster, day, account_usd, estimated, basis, attribution, run_id, cluster_usd, policy, digest)
  SELECT '${CLUSTER}', day::date, 1, false, 'amortized', 'd', 1, 0, '', ''
  FROM generate_series(date '2026-03-07', date '2026-04-30', interval '1 day') AS day;
  INSERT INTO usage_days (cluster, day, dataset, status, coverage, read_at, run_id, hub, method, digest)
  SELECT '${CLUSTER}', day::date, 'compute', 'final', 1, now(), 1, '', 'memory_requested', ''
  FROM generate_series(date '2026-03-07', date '2026-04-30', interval '1 day') AS day;
  INSERT INTO user_costs (cluster, day, hub, username, component, direct_usd, shared_usd, usergroups)
  VALUES ('${CLUSTER}', '2026-04-10', 'prod', 'ada', 'compute', 1, 0, '{none}')`;

const OF_MARCH = `
  INSERT INTO month_rollups (cluster, month, first_day, last_day) VALUES ('${CLUSTER}', '2026-03-01', '2026-03-01', '2026-03-31');
  INSERT INTO month_costs (cluster, month, hub, username, component, instance_type, direct_usd, shared_usd, idle_usd,
    direct_idle_usd, shares_idle, usergroups, reason)
  SELECT cluster, '2026-03-01', hub, username, component, instance_type, sum(direct_usd), sum(shared_usd), 0, 0, true, usergroups, reason
  FROM user_costs WHERE cluster = '${CLUSTER}' AND day BETWEEN '2026-03-01' AND '2026-03-31'
  GROUP BY cluster, hub, username, component, instance_type, usergroups, reason;
  INSERT INTO month_usage (cluster, month, hub, username, measure, quantity, days)
  SELECT cluster, '2026-03-01', hub, username, measure, sum(quantity), count(*)
  FROM user_usage WHERE cluster = '${CLUSTER}' AND day BETWEEN '2026-03-01' AND '2026-03-31'
  GROUP BY cluster, hub, username, measure`;

/** Six days of 30 for ada on prod, in March. */
describe('the table of users reads sums of months in place of their days', () => {
  it('with the same figures, in the range and before it, and the sums really', async () => {
    await execute(panels.database.url, ON_10_APRIL);
    const [inRange, before] = [
      await panels.rowsOf('Users', {}, MARCH_AND_APRIL),
      await panels.rowsOf('Users', {}, APRIL),
    ];
    expect(inRange[1]).toMatchObject({
      User: 'ada',
      Hub: 'prod',
      Cost: 181,
      Change: null,
      'Home GiB': 2,
      'Memory GiB-hours': 78,
    });
    expect(before[1]).toMatchObject({ User: 'ada', Hub: 'prod', Cost: 1, Change: -179 });
    await execute(panels.database.url, OF_MARCH);
    expect(await panels.rowsOf('Users', {}, MARCH_AND_APRIL)).toEqual(inRange);
    expect(await panels.rowsOf('Users', {}, APRIL)).toEqual(before);
    await execute(
      panels.database.url,
      `UPDATE month_costs SET direct_usd = direct_usd + 1000
       WHERE hub = 'prod' AND username = 'ada' AND component = 'compute' AND usergroups = '{physics}'`,
    );
    expect((await panels.rowsOf('Users', {}, MARCH_AND_APRIL))[1]).toMatchObject({ User: 'ada', Cost: 1181 });
    expect((await panels.rowsOf('Users', {}, APRIL))[1]).toMatchObject({ User: 'ada', Change: -1179 });
  });
});

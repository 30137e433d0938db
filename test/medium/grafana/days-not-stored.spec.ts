import { execute } from '../../support/database.js';
import { CLUSTER } from './estate.js';
import { Panels, range } from './panel-rows.js';

const panels = new Panels('jupyterhub-cloud-costs');

beforeAll(() => panels.markRunning('2026-03-04'));

describe('nothing is compared with', () => {
  it('a week of which days are not stored: 4 to 10 February with 28 January to 3 February', async () => {
    const february = range('2026-02-01T00:00:00Z', '2026-02-10T10:00:00Z');
    expect(await panels.onlyRow('Last 7 complete days', {}, february)).toEqual({
      'Last 7 complete days': '$210.00',
      '7 days before': null,
      Change: null,
    });
    expect((await panels.rowsOf('What rose most', {}, february))[0]).toMatchObject({
      Hub: 'All',
      Change: null,
      'Last 7 days': 210,
      '7 before': null,
    });
  });

  it('a month of which a day is lost', async () => {
    const first = { 'Month so far': '$234.00', 'Same days, month before': '$90.00', Change: '+$144.00' };
    expect(await panels.onlyRow('Month so far, of complete days')).toMatchObject(first);
    for (const table of ['attributed_costs', 'cost_days'])
      await execute(panels.database.url, `DELETE FROM ${table} WHERE cluster = '${CLUSTER}' AND day = '2026-02-02'`);
    expect(await panels.onlyRow('Month so far, of complete days')).toMatchObject({
      ...first,
      'Same days, month before': null,
      Change: null,
    });
  });

  it('a week that has a day in its middle which was last read before it ended', async () => {
    const [march, before] = [range('2026-03-01T00:00:00Z', '2026-03-05T00:00:00Z'), { '7 days before': '$210.00' }];
    await panels.markRunning('2026-03-06');
    expect(await panels.onlyRow('Last 7 complete days', {}, march)).toMatchObject({ ...before, Change: '+$240.00' });
    await execute(panels.database.url, `UPDATE cost_days SET is_running = true WHERE day = '2026-03-02'`);
    expect(await panels.onlyRow('Last 7 complete days', {}, march)).toMatchObject({ Change: null });
  });
});

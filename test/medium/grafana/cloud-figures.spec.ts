import { coloursOf, PALETTE } from '#libs/domain';
import { Panels, range } from './panel-rows.js';

const panels = new Panels('jupyterhub-cloud-costs');

/** Costs were last read on 4 March: 3 March is the last complete day, wherever the range ends after it. */
beforeAll(() => panels.markRunning('2026-03-04'));

describe('the first screen, of complete days', () => {
  it('three days of 78 in March against three of 30 in February; 31 days like those three are 2,418', async () => {
    expect(await panels.onlyRow('Month so far, of complete days')).toEqual({
      'Month so far': '$234.00',
      'Same days, month before': '$90.00',
      Change: '+$144.00',
      'Forecast at the run rate': '$2,418.00',
      'Complete days': '3 of 31, to 2026-03-03',
    });
  });

  it('obeys hub and component: support cost 28 a day, none of it in February', async () => {
    expect(await panels.onlyRow('Month so far, of complete days', { hub: ['support'] })).toMatchObject({
      'Month so far': '$84.00',
      'Same days, month before': null,
    });
    expect(await panels.onlyRow('Last 7 complete days', { hub: ['prod'], component: ['compute'] })).toEqual({
      'Last 7 complete days': '$240.00',
      '7 days before': '$210.00',
      Change: '+$30.00',
    });
  });

  it('of a range that ends in February, that month: 10 days of 30, and nothing before', async () => {
    const february = range('2026-02-03T10:00:00Z', '2026-02-10T10:00:00Z');
    expect(await panels.onlyRow('Month so far, of complete days', {}, february)).toMatchObject({
      'Month so far': '$300.00',
      'Same days, month before': null,
      'Forecast at the run rate': '$840.00',
    });
  });

  it('25 February to 3 March: 4 x 30 + 3 x 78, against 7 x 30', async () => {
    expect(await panels.onlyRow('Last 7 complete days')).toEqual({
      'Last 7 complete days': '$354.00',
      '7 days before': '$210.00',
      Change: '+$144.00',
    });
  });

  it('what rose most, and whose cost, add up to the change', async () => {
    const rose = await panels.rowsOf('What rose most');
    expect(rose.map(({ Hub, Component, Change }) => [Hub, Component, Change])).toEqual([
      ['All', 'total', 144],
      ['support', 'compute', 60],
      ['prod', 'compute', 30],
      ['prod', 'home storage', 30],
      ['support', 'core', 24],
    ]);
    const users = await panels.rowsOf('Whose cost rose most');
    expect(users.map(({ User, Hub, Change }) => [User, Hub, Change])).toEqual([
      ['All', 'total', 195],
      ['ada', 'prod', 90],
      ["o'brien", 'prod', 48],
      ['bob "the builder"', 'prod', 33],
      ['back\\slash', 'prod', 12],
      ['100%_sure', 'prod', 6],
      ['ada', 'staging', 6],
    ]);
  });

  it('whose cost rose most, by the days of both weeks whose usage was read', async () => {
    await panels.markCompute(`= '2026-03-03'`, 'missing');
    // 1 and 2 March, 65 each.
    expect((await panels.rowsOf('Whose cost rose most'))[0]).toMatchObject({ 'Last 7 days': 130, Change: 130 });
    // Where nobody knows who used what a week before, nothing is known to have risen.
    await panels.markCompute(`< '2026-03-01'`, 'missing');
    expect(await panels.rowsOf('Whose cost rose most')).toEqual([]);
    await panels.markCompute(`< '2026-03-04'`, 'final');
  });

  it('13 of each 78 are borne by nobody, most of it core; on 6 March, usage of 5 was not read, and that is not idle', async () => {
    expect(await panels.onlyRow('No user bears, of the range')).toEqual({
      'No user bears': '16.7 %',
      Mostly: 'not allocated',
      'Usage not read': '$0.00',
    });
    const sixth = range('2026-03-06T00:00:00Z', '2026-03-06T12:00:00Z');
    expect(await panels.onlyRow('No user bears, of the range', {}, sixth)).toEqual({
      'No user bears': '10.3 %',
      Mostly: 'not allocated',
      'Usage not read': '$5.00',
    });
    expect(await panels.onlyRow('No user bears, of the range', { hub: ['prod'] })).toMatchObject({
      'No user bears': '0.0 %',
      Mostly: 'nothing',
    });
  });

  it('thirteen months, of which two are stored, wherever the range begins', async () => {
    const empty = { networking: null, 'object storage': null, backup: null, other: null, 'further components': null };
    expect(await panels.rowsOf('13 months')).toEqual([
      { Month: '2026-02', compute: 840, 'home storage': null, core: null, ...empty },
      { Month: '2026-03', compute: 300, 'home storage': 50, core: 40, ...empty },
    ]);
    expect(await panels.rowsOf('13 months', { hub: ['support'] })).toMatchObject([
      { Month: '2026-03', compute: 100, core: 40 },
    ]);
  });

  it('day by day, up to the last complete one', async () => {
    const days = await panels.rowsOf('Month so far, day by day');
    expect(days).toHaveLength(28);
    expect(days.slice(2, 4)).toEqual([
      { 'Day of the month': 3, 'This month': 234, 'Month before': 90 },
      { 'Day of the month': 4, 'This month': null, 'Month before': 120 },
    ]);
  });
});

describe('the range', () => {
  it('covers the days of both its ends, whole: 2 to 5 March', async () => {
    expect(await panels.onlyRow('Days')).toEqual({ 'Days stored': '4', 'Still estimated': '2' });
    expect(await panels.onlyRow('The account and the cluster, of the range')).toEqual({
      Account: '$400.00',
      'Attributable to the cluster': '$312.00',
      'Not attributable': '$88.00',
    });
  });

  it('days are drawn at noon, or at the edge of the range where noon is outside; the figure is that of the whole day', async () => {
    expect(await panels.points('By hub', { hub: ['prod'] })).toEqual(
      [2, 3, 4, 5].map((day) => `2026-03-0${day} prod 50`),
    );
    const part = range('2026-03-02T15:00:00Z', '2026-03-04T08:30:00Z');
    expect(await panels.points('By hub', { hub: ['prod'] }, part)).toEqual([
      '2026-03-02T15:00:00.000Z prod 50',
      '2026-03-03 prod 50',
      '2026-03-04T08:30:00.000Z prod 50',
    ]);
  });

  it('of a step: weeks on their Thursday, months on their 16th, a part of one within the range', async () => {
    const prod = { hub: ['prod'] };
    const all = range('2026-02-01T00:00:00Z', '2026-03-06T18:00:00Z');
    expect(await panels.points('By hub', { ...prod, step: 'month' }, all)).toEqual([
      '2026-02-16 prod 840',
      '2026-03-06T18:00:00.000Z prod 300',
    ]);
    // 1 February is a Sunday; 23 February to 1 March are six days of 30 and one of 50.
    const weeks = ['2026-02-01 prod 30', '2026-02-05 prod 210', '2026-02-12 prod 210', '2026-02-19 prod 210'];
    const last = ['2026-02-26 prod 230', '2026-03-05 prod 250'];
    expect(await panels.points('By hub', { ...prod, step: 'week' }, all)).toEqual([...weeks, ...last]);
    expect(await panels.points('By hub', { ...prod, step: 'auto' }, all)).toHaveLength(34);
  });

  it('Auto: by day up to 45 days, by week up to 190, by month after that', async () => {
    const until = '2026-03-06T18:00:00Z';
    const steps = async (from: string) => (await panels.points('By hub', { hub: ['prod'] }, range(from, until))).length;
    expect(await steps('2026-01-21T10:00:00Z')).toBe(34);
    expect(await steps('2026-01-20T10:00:00Z')).toBe(6);
    expect(await steps('2025-08-29T10:00:00Z')).toBe(6);
    expect(await steps('2025-08-28T10:00:00Z')).toBe(2);
  });
});

describe('by step', () => {
  const day = (title: string) =>
    panels.points(title).then((points) => points.filter((one) => one.startsWith('2026-03-02')));

  it('hubs and components add up to the 78 of each day, the larger below', async () => {
    expect(await day('By hub')).toEqual(['2026-03-02 prod 50', '2026-03-02 support 28']);
    expect(await day('By component')).toEqual([
      '2026-03-02 compute 60',
      '2026-03-02 home storage 10',
      '2026-03-02 core 8',
    ]);
    expect(await day('By instance type')).toEqual(['2026-03-02 r5.xlarge 30', '2026-03-02 x1e.32xlarge 20']);
  });

  it('the account is what is attributable, pale while estimated, and what is not', async () => {
    const points = await panels.points('Account and attributable');
    expect(points.filter((one) => one.startsWith('2026-03-03'))).toEqual([
      '2026-03-03 attributable 78',
      '2026-03-03 not attributable 22',
    ]);
    expect(points).toContain('2026-03-04 attributable, estimated 78');
    expect(await panels.rowsOf('Estimated by AWS')).toMatchObject([{ time: '2026-03-04', timeend: '2026-03-06' }]);
  });

  it('the colour is the name’s, as on the page; a component has its own', async () => {
    const hubs = await panels.rowsOf('By hub');
    const expected = coloursOf(['prod', 'support']);
    for (const { metric, colour } of hubs) expect(PALETTE[Number(colour)]).toBe(expected.get(String(metric)));
    expect((await panels.rowsOf('By component')).map(({ metric, colour }) => metric === colour)).not.toContain(false);
    const users = await panels.rowsOf('Top 10 users');
    const named = users.filter(({ colour }) => /^\d+$/.test(String(colour)));
    const names = [...new Set(named.map(({ metric }) => String(metric)))];
    expect(names).toHaveLength(6);
    for (const { metric, colour } of named) expect(PALETTE[Number(colour)]).toBe(coloursOf(names).get(String(metric)));
  });

  it('users below by size, what no user bears on top', async () => {
    expect(
      (await panels.rowsOf('Top 10 users'))
        .filter(({ time }) => time === '2026-03-02')
        .map(({ metric, value }) => `${metric} ${value}`),
    ).toEqual([
      'ada (prod) 30',
      "o'brien (prod) 16",
      'bob "the builder" (prod) 11',
      'back\\slash (prod) 4',
      '100%_sure (prod) 2',
      'ada (staging) 2',
      '(unallocated: idle) 5',
      '(unallocated: not allocated) 8',
    ]);
  });

  it('shares of what nobody bears, as one figure a step', async () => {
    const sixth = range('2026-03-05T00:00:00Z', '2026-03-06T20:00:00Z');
    expect(await panels.rowsOf('Attributed to nobody', {}, sixth)).toEqual([
      {
        time: '2026-03-05',
        'not attributable, of the account': 0.22,
        'borne by no user, of the attributable': 0.166667,
        'usage not read, of the attributable': 0,
      },
      {
        time: '2026-03-06',
        'not attributable, of the account': 0.22,
        'borne by no user, of the attributable': 0.102564,
        'usage not read, of the attributable': 0.064103,
      },
    ]);
    // A day that was not read is a gap: 7 March.
    expect(
      (await panels.rowsOf('Attributed to nobody', {}, range('2026-03-06T00:00:00Z', '2026-03-07T20:00:00Z')))[1],
    ).toMatchObject({ 'not attributable, of the account': null });
  });
});

describe('the tables', () => {
  it('services, dearest first, with their share of all that is shown and the total', async () => {
    const services = await panels.rowsOf('AWS services', { component: ['compute'] });
    expect(services.map(({ Service, Cost, Share }) => [Service, Cost, Share])).toEqual([
      ['All', 240, 1],
      ['Amazon Elastic Compute Cloud - Compute', 120, 0.5],
      ['Amazon Elastic Compute Cloud - Compute', 80, 0.333333],
      ['EC2 - Other', 40, 0.166667],
    ]);
  });

  it('each hub by component; one hub alone is not repeated', async () => {
    expect(await panels.rowsOf('Each hub')).toMatchObject([
      {
        Hub: 'All',
        Cost: 312,
        Share: 1,
        compute: 240,
        'home storage': 40,
        core: 32,
        networking: null,
        'all other': null,
      },
      { Hub: 'prod', Cost: 200, Share: 0.641026, compute: 160, 'home storage': 40, core: null },
      { Hub: 'support', Cost: 112, Share: 0.358974, compute: 80, core: 32 },
    ]);
    expect(await panels.rowsOf('Each hub', { hub: ['prod'] })).toEqual([]);
  });
});

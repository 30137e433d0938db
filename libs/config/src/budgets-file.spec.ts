import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseUsd } from '#libs/domain';
import { readBudgetsFile } from './budgets-file.js';

describe('the budgets file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'budgets-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (text: string) => {
    const path = join(folder, 'budgets.yaml');
    writeFileSync(path, text);
    return readBudgetsFile(path);
  };

  it('is YAML, with a budget for the cluster, a hub, a group, a user, or a grant', () => {
    expect(
      read(`
budgets:
  - name: all
    per: year
    amount: 120000
    thresholds: [{ percent: 80 }, { percent: 100, on: forecast }]
  - { name: prod, hub: prod, per: month, amount: "2000.10", thresholds: [{ everyUsd: 500 }, { usd: 1800 }] }
  - { name: prod for its users, hub: prod, basis: allocated, per: quarter, amount: 6000 }
  - { name: biology, group: bio, per: month, amount: 300 }
  - { name: ada, hub: prod, user: ada, per: month, amount: 50.5 }
  - { name: grant, hub: geo, from: 2026-01-15, to: 2027-01-14, amount: 5000, startBalance: 3200 }
`),
    ).toEqual([
      {
        name: 'all',
        target: { kind: 'cluster' },
        period: 'year',
        amountUsd: parseUsd('120000'),
        spentBeforeUsd: 0n,
        thresholds: [
          { percent: 80, on: 'actual' },
          { percent: 100, on: 'forecast' },
        ],
      },
      {
        name: 'prod',
        target: { kind: 'hub', hub: 'prod', basis: 'tagged' },
        period: 'month',
        amountUsd: parseUsd('2000.10'),
        spentBeforeUsd: 0n,
        thresholds: [
          { everyUsd: parseUsd('500'), on: 'actual' },
          { usd: parseUsd('1800'), on: 'actual' },
        ],
      },
      expect.objectContaining({ target: { kind: 'hub', hub: 'prod', basis: 'allocated' }, period: 'quarter' }),
      expect.objectContaining({ target: { kind: 'group', usergroup: 'bio', hub: undefined } }),
      expect.objectContaining({ target: { kind: 'user', username: 'ada', hub: 'prod' }, amountUsd: parseUsd('50.5') }),
      expect.objectContaining({
        target: { kind: 'hub', hub: 'geo', basis: 'tagged' },
        period: { from: '2026-01-15', until: '2027-01-15' },
        spentBeforeUsd: parseUsd('1800'),
      }),
    ]);
  });

  it('is JSON as well, and nothing where there is none', () => {
    expect(read('{"budgets": [{"name": "a", "per": "month", "amount": 1}]}')).toHaveLength(1);
    expect(readBudgetsFile(undefined)).toEqual([]);
  });

  it('has every fault told at once, with its place', () => {
    expect(
      read(`
budgets:
  - { name: a, hubb: prod, per: month, amount: 10 }
  - { name: b, per: weekly, amount: -3, thresholds: [{ percent: 0 }, { onn: actual, percent: 50 }] }
  - { name: c, user: ada, per: month, amount: 100, thresholds: [{ percent: 50, on: forecast }, {}, { everyUsd: 0.5 }] }
  - { name: c, group: g, basis: allocated, from: 2026-02-30, to: 2026-03-01, amount: 1e12 }
  - { name: c, from: 2026-03-02, to: 2026-03-01, amount: 10, startBalance: 11 }
  - { name: d, per: month, from: 2026-03-02, amount: 10, startBalance: 1 }
  - { name: e, amount: ten, tresholds: [] }
  - prod
`),
    ).toEqual({
      faults: [
        'budgets.0.hubb: no such key; allowed are name, hub, group, user, basis, per, from, to, amount, startBalance, thresholds',
        'budgets.1.per: must be month, quarter, year',
        'budgets.1.amount: must be an amount in USD above 0, such as 2000 or 1234.50',
        'budgets.1.thresholds.0.percent: must be from 0.01 to 1000',
        'budgets.1.thresholds.1.onn: no such key; allowed are percent, usd, everyUsd, on',
        'budgets.3.from: must be a day such as 2026-01-31 that exists',
        'budgets.3.amount: must be an amount in USD above 0, such as 2000 or 1234.50',
        'budgets.6.amount: must be an amount in USD above 0, such as 2000 or 1234.50',
        'budgets.6.tresholds: no such key (is thresholds meant?); allowed are name, hub, group, user, basis, per, from, to, amount, startBalance, thresholds',
        'budgets.7: must be an object with name, amount and the like',
        'budgets.2.hub: is required with user: a name is of one hub',
        'budgets.2.thresholds.0.on: a user has no forecast',
        'budgets.2.thresholds.1: one of percent, usd and everyUsd must be given',
        'budgets.2.thresholds.2.everyUsd: makes more than 100 steps of the amount',
        'budgets.3.basis: is for the budget of a hub alone',
        'budgets.3.name: another budget has it',
        'budgets.4.to: is before from',
        'budgets.4.startBalance: is more than amount',
        'budgets.4.name: another budget has it',
        'budgets.5.per: either per (month, quarter, year), or from and to, must be given',
        'budgets.5.startBalance: is for a budget with from and to',
        'budgets.6.per: either per (month, quarter, year), or from and to, must be given',
      ],
    });
  });

  it('tells what is wrong between keys beside what is wrong in one', () => {
    expect(
      read(`
budgets:
  - { name: a, user: ada, group: g, per: week, amount: 1e400, basis: tagged, startBalance: -1, thresholds: [{ percent: x, usd: 5 }] }
`),
    ).toEqual({
      faults: [
        'budgets.0.per: must be month, quarter, year',
        'budgets.0.amount: must be an amount in USD such as 2000 or 1234.50',
        'budgets.0.startBalance: must be an amount in USD from 0 on, such as 1234.50',
        'budgets.0.thresholds.0.percent: must be a number',
        'budgets.0.user: excludes group',
        'budgets.0.hub: is required with user: a name is of one hub',
        'budgets.0.basis: is for the budget of a hub alone',
        'budgets.0.startBalance: is for a budget with from and to',
        'budgets.0.thresholds.0: one of percent, usd and everyUsd must be given',
      ],
    });
  });

  it.each([
    ['', 'the file: must be an object with a list, budgets'],
    ['budgets: 3', 'budgets: must be a list of budgets'],
    ['budgets: [', 'is not YAML or JSON: BAD_INDENT in line 1, column 11'],
    ['budgets: []\nbudgets: []', 'is not YAML or JSON: DUPLICATE_KEY in line 2, column 1'],
  ])('%j is no such file', (text, fault) => {
    expect(read(text)).toEqual({ faults: expect.arrayContaining([fault]) });
  });

  it('cannot be read where it is not', () => {
    expect(readBudgetsFile(join(folder, 'none.yaml'))).toEqual({ faults: ['cannot be read: ENOENT'] });
  });
});

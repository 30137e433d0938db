import { DEFAULT_ATTRIBUTION, parseUsd } from '#libs/domain';
import { FakeCostExplorer, sendJson } from '../testing/fake-cost-explorer.js';
import { CostExplorerInspector } from './inspection.reader.js';

const window = { from: '2026-03-01', until: '2026-03-03' };
const usd = (Amount: string) => ({ AmortizedCost: { Amount, Unit: 'USD' } });
const hubCosts = (day: string, hub: string, amount: string) => ({
  TimePeriod: { Start: day, End: '2026-01-01' },
  Groups: [{ Keys: [`2i2c:hub-name$${hub}`], Metrics: usd(amount) }],
});

describe('inspecting Cost Explorer', () => {
  let fake: FakeCostExplorer;
  const environment = { ...process.env };

  /** Answers a page after the other, whatever is asked. */
  const startWith = async (...pages: readonly object[]): Promise<CostExplorerInspector> => {
    fake = await FakeCostExplorer.start((_input, response, number) =>
      sendJson(response, pages[Math.min(number, pages.length) - 1]),
    );
    return new CostExplorerInspector({ attribution: DEFAULT_ATTRIBUTION, clusterName: 'c', costBasis: 'amortized' });
  };

  afterEach(async () => {
    await fake.stop();
    process.env = { ...environment };
  });

  it('adds up a hub over days and pages', async () => {
    const inspector = await startWith(
      { ResultsByTime: [hubCosts('2026-03-01', 'prod', '1.5')], NextPageToken: 'two' },
      { ResultsByTime: [hubCosts('2026-03-01', '', '4'), hubCosts('2026-03-02', 'prod', '2')] },
    );
    expect(await inspector.fetchHubCosts(window)).toEqual(
      new Map([
        ['prod', parseUsd('3.5')],
        ['', parseUsd('4')],
      ]),
    );
    expect(fake.inputs.map(({ NextPageToken }) => NextPageToken)).toEqual([undefined, 'two']);
    expect(inspector.requests).toBe(2);
  });

  it('joins the pages of tag keys on costs', async () => {
    const inspector = await startWith({ Tags: ['a', 'b'], NextPageToken: 'two' }, { Tags: ['c'] });
    expect(await inspector.fetchTagKeysOnCosts(window)).toEqual(['a', 'b', 'c']);
  });

  it('joins the pages of cost allocation tags, with whether each is active', async () => {
    const inspector = await startWith(
      { CostAllocationTags: [{ TagKey: 'a', Status: 'Active' }], NextToken: 'two' },
      { CostAllocationTags: [{ TagKey: 'b', Status: 'Inactive' }] },
    );
    expect(await inspector.fetchAllocationTags()).toEqual([
      { key: 'a', active: true },
      { key: 'b', active: false },
    ]);
  });

  it.each<[string, (inspector: CostExplorerInspector) => Promise<unknown>]>([
    ['account total', (inspector) => inspector.fetchAccountUsd(window)],
    ['attributable total', (inspector) => inspector.fetchHubCosts(window)],
    ['tags on costs', (inspector) => inspector.fetchTagKeysOnCosts(window)],
    ['cost allocation tags', (inspector) => inspector.fetchAllocationTags()],
  ])('refuses pages that lead back to an earlier one: %s', async (name, ask) => {
    const tokens = ['two', 'three', 'two'];
    const inspector = await startWith(...tokens.map((token) => ({ NextPageToken: token, NextToken: token })));
    await expect(ask(inspector)).rejects.toThrow(`(${name}) gives the same page token twice`);
    expect(fake.inputs).toHaveLength(3);
  });
});

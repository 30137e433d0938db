import { between } from './page-estate.js';
import { pageOnEstate } from './open-page.js';

const estate = pageOnEstate();
const { usd } = estate;

/** Costs were last read yesterday, so not much is known of that day. */
beforeAll(() => estate.execute(`UPDATE cost_days SET is_running = true WHERE ${between(1, 0)}`));

const day = (before: number) => new Date(Date.now() - before * 86_400_000).toISOString().slice(0, 10);

describe('between midnight and the first sync, the last complete day is the day before yesterday', () => {
  it('on the first screen', async () => {
    const { page } = await estate.open();
    const tile = (title: string) => page.locator('.tile', { hasText: title });
    expect(await tile('Last 7 full days').locator('.figure').textContent()).toBe(
      await usd(`SELECT amount_usd FROM attributed_costs WHERE ${between(8, 2)}`),
    );
  });

  it('in the explorer, and for REST trends', async () => {
    const { page } = await estate.open('?page=explore&by=hub&range=7d');
    expect(await page.getByLabel('To', { exact: true }).inputValue()).toBe(day(2));
    expect(await page.locator('tfoot td').first().textContent()).toBe(
      await usd(`SELECT amount_usd FROM attributed_costs WHERE ${between(8, 2)}`),
    );
    expect(await page.locator('main').textContent()).toContain('Before and change: against the 7 days before.');
    const trends = await fetch(`${estate.url}/allocation/trends?window=${day(8)},${day(1)}`);
    expect(await trends.json()).toMatchObject([
      { start: day(8), end: day(2), before_start: day(15), before_end: day(9) },
    ]);
  });

  it('and a range of dates has the days that it names', async () => {
    const { page } = await estate.open(`?page=explore&by=hub&range=${day(3)}..${day(1)}`);
    expect(await page.locator('main').textContent()).toContain('of these 3 days 2 are stored and complete');
  });
});

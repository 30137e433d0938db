import { readFile } from 'node:fs/promises';
import { between, EVIL } from './page-estate.js';
import { pageOnEstate, rowOf, settled } from './open-page.js';

const estate = pageOnEstate();

const day = (before: number) => new Date(Date.now() - before * 86_400_000).toISOString().slice(0, 10);
const { usd } = estate;

describe('the first screen', () => {
  it('shows the month so far, the last week and what no user bears, as the database has them', async () => {
    const { page, complaints, requests } = await estate.open();
    const tile = (title: string | RegExp) => page.locator('.tile', { hasText: title });
    const month = await usd(`SELECT amount_usd FROM attributed_costs
      WHERE day >= date_trunc('month', (now() AT TIME ZONE 'UTC') - interval '1 day') AND ${between(75, 1)}`);
    expect(await tile('so far').locator('.figure').textContent()).toBe(month);
    expect(await tile('Last 7 full days').locator('.figure').textContent()).toBe(
      await usd(`SELECT amount_usd FROM attributed_costs WHERE ${between(7, 1)}`),
    );
    expect(await tile('Last 7 full days').locator('.beside').textContent()).toContain(
      await usd(`SELECT amount_usd FROM attributed_costs WHERE ${between(14, 8)}`),
    );
    // Twenty days ago is not stored: where that is one of the days compared, there is no comparison.
    const [lost, last] = [20, 1].map((before) => new Date(Date.now() - before * 86_400_000)) as [Date, Date];
    const months = last.getUTCFullYear() * 12 + last.getUTCMonth() - lost.getUTCFullYear() * 12 - lost.getUTCMonth();
    expect((await tile('so far').locator('.beside').textContent())!.startsWith('No comparison: ')).toBe(
      months === 0 || lost.getUTCDate() <= last.getUTCDate(),
    );
    // All but the reasons: 29 days of 5 core, and of 1.5 idle, and the day without usage.
    expect(await tile('No user bears').textContent()).toContain('$145.00');
    expect(await page.locator('.legend li', { hasText: 'prod' }).locator('.amount').textContent()).toBe(
      await usd(`SELECT amount_usd FROM attributed_costs WHERE hub = 'prod' AND ${between(30, 1)}`),
    );
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(estate.url))).toEqual([]);
  });

  it('shows budgets, what the month is expected to cost, and unusual days', async () => {
    const { page, complaints } = await estate.open();
    const forecast = page.locator('.tile', { hasText: 'Forecast' });
    expect(await forecast.locator('.figure').textContent()).toBe('$1,234.50');
    expect(await forecast.locator('.beside').textContent()).toContain('$1,000.00 to $1,500.00');
    const budgets = page.getByRole('region', { name: 'Budgets' });
    expect(await budgets.locator('tbody tr', { hasText: 'this one' }).allTextContents()).toEqual([
      'this one this month$231.56 23%$1,000.00$789.10 79%–',
    ]);
    expect(await budgets.locator('tbody tr', { hasText: 'onerror' }).textContent()).toContain('not known');
    const unusual = page.getByRole('region', { name: 'Unusual days' });
    expect(await unusual.locator('tbody tr').textContent()).toContain(`${EVIL} prod$73.10$1.25`);
    const long = budgets.locator('tbody tr', { hasText: 'nnn' });
    const figure = (await long.locator('td').last().boundingBox())!;
    expect(figure.x + figure.width).toBeLessThan(1280);
    expect(complaints).toEqual([]);
  });

  it('leads from what rose to the explorer, and back', async () => {
    const { page } = await estate.open();
    await page.getByRole('link', { name: 'staging · compute' }).click();
    await settled(page);
    expect(new URL(page.url()).search).toBe('?page=explore&by=component&hub=staging');
    await page.goBack();
    await page.getByRole('heading', { name: 'What rose most' }).waitFor();
  });
});

describe('the explorer', () => {
  it('groups, filters by a click, and shows the figures of the database', async () => {
    const { page, complaints } = await estate.open('?page=explore');
    await page.getByLabel('Group by').selectOption('user');
    await settled(page);
    expect((await rowOf(page, 'user-13'))[1]).toBe(
      await usd(`SELECT direct_usd FROM user_costs WHERE username = 'user-13' AND ${between(30, 1)}`),
    );
    expect((await rowOf(page, 'no user bears it'))[1]).toBe(
      await usd(`SELECT direct_usd FROM user_costs WHERE username IS NULL AND ${between(30, 1)}`),
    );
    await page.locator('table').getByRole('link', { name: 'user-13', exact: true }).click();
    await settled(page);
    expect(page.url()).toContain('by=component&user=user-13');
    expect((await rowOf(page, 'home storage'))[1]).toBe(
      await usd(
        `SELECT direct_usd FROM user_costs WHERE username = 'user-13' AND component = 'home storage' AND ${between(30, 1)}`,
      ),
    );
    await page.getByRole('button', { name: 'Remove filter user user-13' }).click();
    await settled(page);
    expect(new URL(page.url()).search).toBe('?page=explore&by=component');
    expect(complaints).toEqual([]);
  });

  it('leads from one of several names to it alone', async () => {
    const { page } = await estate.open('?page=explore&by=hub&hub=prod&hub=staging');
    const [, total] = await rowOf(page, 'prod');
    await page.locator('table').getByRole('link', { name: 'prod', exact: true }).click();
    await settled(page);
    expect(new URL(page.url()).search).toBe('?page=explore&by=component&hub=prod');
    expect(await page.locator('tfoot td').first().textContent()).toBe(total);
    expect(total).toBe(await usd(`SELECT amount_usd FROM attributed_costs WHERE hub = 'prod' AND ${between(30, 1)}`));
  });

  it('keeps the place of who works by keyboard where the control is gone', async () => {
    const { page } = await estate.open('?page=explore&by=hub&hub=prod');
    const focused = () => page.locator(':focus').getAttribute('id');
    await page.getByRole('button', { name: 'Remove filter hub prod' }).press('Enter');
    await settled(page);
    expect(await focused()).toBe('main');
    await page.locator('table').getByRole('link', { name: 'prod', exact: true }).press('Enter');
    await settled(page);
    expect(await focused()).toBe('main');
    expect(new URL(page.url()).search).toBe('?page=explore&by=component&hub=prod');
  });

  it('leads to the page of a person with the other filters kept', async () => {
    const { page } = await estate.open('?page=explore&by=user&component=compute');
    const [, total] = await rowOf(page, 'user-13');
    await page.getByRole('link', { name: 'page of user-13', exact: true }).click();
    await settled(page);
    expect(await page.locator('tfoot td').first().textContent()).toBe(total);
    expect(await page.locator('.facts').textContent()).toContain(`Direct${total}`);
    await page.getByRole('button', { name: 'Remove filter component compute' }).click();
    await settled(page);
    expect(await page.locator('.facts').textContent()).toContain(
      `Direct${await usd(`SELECT direct_usd FROM user_costs WHERE username = 'user-13' AND ${between(30, 1)}`)}`,
    );
  });

  it('compares days that are complete and stored, and says so where some are not', async () => {
    const change = async (first: number, last: number) => {
      const { page } = await estate.open(`?page=explore&by=hub&hub=support&range=${day(first)}..${day(last)}`);
      return [(await rowOf(page, 'support')).slice(3), await page.locator('main').textContent()] as const;
    };
    expect((await change(8, 5))[0]).toEqual(['$20.00', '$0.00 0.0%']);
    const [today, why] = await change(3, 0);
    expect(today).toEqual(['–', '–']);
    expect(why).toContain('No comparison: of these 4 days 3 are stored and complete, of the 4 before 4.');
    expect((await change(22, 19))[1]).toContain('of these 4 days 3 are stored and complete');
  });

  it('says how many days of a comparison of people were not read', async () => {
    const { page } = await estate.open(`?page=explore&by=user&range=${day(9)}..${day(1)}`);
    expect(await page.locator('main').textContent()).toContain('Usage of 1 of these 18 days was not read');
    const { page: alone } = await estate.open(`?page=explore&by=user&range=${day(20)}..${day(1)}&step=week`);
    expect(await alone.locator('main').textContent()).toContain('Usage of 1 of these 20 days was not read');
  });

  it('shows the top 10 and everyone else, and adds up', async () => {
    const { page } = await estate.open('?page=explore&by=user');
    const legend = await page.locator('.legend li').allTextContents();
    expect(legend).toHaveLength(12);
    expect(legend[0]).toMatch(/^everyone else \(5\)/);
    expect(legend.at(-1)).toMatch(/^no user bears it/);
    expect(await page.locator('tfoot td').first().textContent()).toBe(
      await usd(`SELECT amount_usd FROM attributed_costs WHERE ${between(30, 1)}`),
    );
    expect(await page.locator('main tbody tr').count()).toBe(16);
  });

  it('sorts by a heading, keeps that in the URL, and shows the same to a colleague', async () => {
    const { page } = await estate.open('?page=explore&by=hub');
    await page.getByRole('button', { name: 'Hub' }).click();
    expect(await page.locator('main tbody th').allTextContents()).toEqual([' prod', ' staging', ' support']);
    const colleague = await estate.open(new URL(page.url()).search);
    expect(await colleague.page.locator('main table').innerHTML()).toBe(await page.locator('main table').innerHTML());
    await page.goBack();
    expect(new URL(page.url()).search).toBe('?page=explore&by=hub');
  });

  it('takes dates, weeks and months', async () => {
    const { page } = await estate.open('?page=explore&by=component');
    await page.getByLabel('From', { exact: true }).fill(day(20));
    await page.getByLabel('To', { exact: true }).fill(day(15));
    await settled(page);
    expect(page.url()).toContain(`range=${day(20)}..${day(15)}`);
    const total = await usd(`SELECT amount_usd FROM attributed_costs WHERE ${between(20, 15)}`);
    for (const step of ['day', 'week', 'month']) {
      await page.getByLabel('Step').selectOption(step);
      await settled(page);
      expect(await page.locator('tfoot td').first().textContent()).toBe(total);
    }
  });

  it('takes from and to of a link, as the REST endpoints do', async () => {
    const { page } = await estate.open(`?page=explore&by=component&from=${day(20)}&to=${day(15)}`);
    const total = await usd(`SELECT amount_usd FROM attributed_costs WHERE ${between(20, 15)}`);
    expect(await page.locator('tfoot td').first().textContent()).toBe(total);
    const { page: times } = await estate.open(
      `?page=explore&by=component&from=${day(20)}T06:00:00.000Z&to=${day(15)}T18:00:00Z`,
    );
    expect(await times.locator('tfoot td').first().textContent()).toBe(total);
    const { page: since } = await estate.open(`?page=explore&by=component&from=${day(9)}&to=2099-01-01`);
    expect(await since.getByLabel('To', { exact: true }).inputValue()).toBe(day(0));
    expect(await since.getByLabel('From', { exact: true }).inputValue()).toBe(day(9));
  });

  it('tells days without costs and days without usage apart, and hatches estimated days', async () => {
    const { page } = await estate.open('?page=explore&by=user');
    const notes = await page.locator('.notes').textContent();
    expect(notes).toMatch(/estimated: AWS may still change it/);
    expect(notes).toMatch(/No costs stored: \w{3} \d+ \w{3} \d{4}/);
    expect(notes).toMatch(/Usage not read, users do not bear all of the cost: \w{3} \d+ \w{3} \d{4}/);
  });

  it('saves as CSV exactly what is shown', async () => {
    const { page } = await estate.open('?page=explore&by=hub&range=7d&hub=staging');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`costs-by-hub-${day(7)}-${day(1)}.csv`);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(2);
    const [name, total, share, , , ...days] = lines[1]!.split(',');
    expect({ name, share, days: days.length }).toEqual({ name: '"staging"', share: '1', days: 7 });
    expect(`$${Number(total).toFixed(2)}`).toBe((await rowOf(page, 'staging'))[1]);
  });

  it('leaves a day that is not stored empty in CSV', async () => {
    const { page } = await estate.open(`?page=explore&by=hub&hub=support&range=${day(21)}..${day(19)}`);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const lines = (await readFile(await (await saved).path(), 'utf8')).trim().split('\r\n');
    expect(lines[1]!.split(',').slice(5)).toEqual(['5.0000000000', '', '5.0000000000']);
  });

  it('prints without its controls', async () => {
    const { page } = await estate.open('?page=explore&by=hub');
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByLabel('Group by').isVisible()).toBe(false);
    expect(await page.locator('main table').isVisible()).toBe(true);
  });
});

describe('a name from outside', () => {
  it.each(['?page=explore&by=user', `?page=user&by=component&user=${encodeURIComponent(EVIL)}`])(
    'is shown and never run: %s',
    async (search) => {
      const { page, complaints } = await estate.open(search);
      expect(await page.locator('main').textContent()).toContain(EVIL);
      await page.locator('.bars canvas').waitFor();
      const bars = (await page.locator('.bars').boundingBox())!;
      for (const part of [0.3, 0.5, 0.7]) {
        await page.mouse.move(bars.x + bars.width * part, bars.y + bars.height / 2);
        await page.locator('.tooltip').waitFor();
      }
      expect(await page.locator('main img').count()).toBe(0);
      expect(await page.title()).toBe('JupyterHub costs');
      expect(complaints).toEqual([]);
    },
  );
});

describe('without figures', () => {
  it('says what to do when nothing matches', async () => {
    const { page } = await estate.open('?page=explore&hub=nobody');
    expect(await page.locator('main').textContent()).toContain('Take a filter away');
    const empty = await estate.open('?page=explore&range=2001-01-01..2001-01-31');
    expect(await empty.page.locator('main').textContent()).toContain('Pick another range');
  });

  it('says so when the database is away, and tries again', async () => {
    const { page } = await estate.open('?page=explore');
    await page.route(/aggregate=component/, (route) =>
      route.fulfill({ status: 503, json: { statusCode: 503, message: 'the database is away' } }),
    );
    await page.getByLabel('Group by').selectOption('component');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('the database is away');
    await page.unroute(/aggregate=component/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('main tbody tr').first().waitFor();
  });

  it('says so when a CSV cannot be made, and tries again', async () => {
    const { page } = await estate.open('?page=explore');
    await page.route(/allocation/, (route) =>
      route.fulfill({ status: 503, json: { message: 'the database is away' } }),
    );
    await page.getByRole('button', { name: 'CSV' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('the database is away');
    await page.unroute(/allocation/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Try again' }).click(),
    ]);
    expect(download.suggestedFilename()).toContain('costs-by-hub');
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('says so when the network is', async () => {
    const { page } = await estate.open('?page=explore');
    await page.route(/aggregate=component/, (route) => route.abort());
    await page.getByLabel('Group by').selectOption('component');
    expect(await page.getByRole('alert').textContent()).toContain('Check your connection');
  });
});

import { between } from './page-estate.js';
import { pageOnEstate, rowOf } from './open-page.js';

const estate = pageOnEstate();

const { usd } = estate;

describe("a person's page and a group's", () => {
  it('say hubs, groups, usage and rank of a person', async () => {
    const { page } = await estate.open('?page=user&by=component&user=user-3');
    const facts = await page.locator('.facts').textContent();
    expect(facts).toContain('Hubprod');
    expect(facts).toContain('Groupsphysics');
    // 3 GiB-hours on each of 28 days: one of 30 is not read, and of one there are no costs, but there is no usage either.
    expect(facts).toContain('Usage, memory requested84 GiB-hours');
    expect(facts).toContain('Usage, GPU requested14 GPU-hours');
    expect(facts).toContain('Rank by cost13 of 15');
    expect((await rowOf(page, 'compute'))[1]).toBe(
      await usd(
        `SELECT direct_usd FROM user_costs WHERE username = 'user-3' AND component = 'compute' AND ${between(30, 1)}`,
      ),
    );
  });

  it('are of nobody where the name means everybody, as for the REST endpoints', async () => {
    const { page } = await estate.open('?page=user&user=All');
    expect(await page.locator('main').textContent()).toContain('Nobody is picked');
    const { page: unknown } = await estate.open('?page=user&user=nobody');
    expect(await unknown.locator('main').textContent()).toContain('nobody of this name has a cost');
  });

  it('are of one of several names', async () => {
    const { page } = await estate.open('?page=user&by=component&user=user-3&user=user-4');
    expect(await page.locator('tfoot td').first().textContent()).toBe(
      await usd(`SELECT direct_usd FROM user_costs WHERE username = 'user-3' AND ${between(30, 1)}`),
    );
  });

  it('tells days whose usage was not read apart from days without cost', async () => {
    const { page } = await estate.open('?page=user&by=component&user=user-3');
    expect(await page.locator('.notes').textContent()).toMatch(
      /Usage not read, users do not bear all of the cost: \w{3} \d+/,
    );
    const { page: ofHub } = await estate.open('?page=explore&by=component&hub=prod');
    expect(await ofHub.locator('.notes').textContent()).not.toContain('Usage not read');
  });

  it('lists the members of a group', async () => {
    const { page } = await estate.open('?page=group&by=user&usergroup=physics');
    const facts = await page.locator('.facts').textContent();
    expect(facts).toContain('Members with a cost4');
    // 1 + 2 + 3 + 4 GiB-hours on each of 28 days; half an hour of a GPU each.
    expect(facts).toContain('Members’ usage, memory requested280 GiB-hours');
    expect(facts).toContain('Members’ usage, GPU requested56 GPU-hours');
    expect(await page.locator('main tbody tr').count()).toBe(4);
  });
});

import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import { makeToken } from '../../../apps/api/src/access/new-token.js';
import { pageOnEstate, rowOf, settled } from './open-page.js';

const staging = makeToken('staging-team', ['staging']);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const estate = pageOnEstate({
  basePath: '/services/costs/',
  tokens: [
    { name: 'staging-team', sha256: staging.entry.hash.slice(7), hubs: ['staging'], cluster: 'page', shared: true },
  ],
  hubs: [
    {
      hub: 'prod',
      cluster: 'page',
      url: 'https://jupyter.example.org/hub',
      apiUrl: 'https://jupyter.example.org/hub/api',
      clientId: 'service-costs',
      clientSecret: 'secret',
      callbackUrl: 'https://costs.example.org/oauth_callback',
      clusterAdmins: [],
      adminScope: undefined,
    },
  ],
});

it('asks for a token, keeps it out of reach of scripts, shows what it opens, and signs out', async () => {
  const { page } = await estate.open('services/costs/?page=explore');
  await page.getByLabel('Token').fill('staging-team.wrong');
  await page.keyboard.press('Enter');
  await page.getByText('This token is not valid.').waitFor();
  await page.getByLabel('Token').fill(staging.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('main table').waitFor();
  expect((await rowOf(page, 'staging'))[2]).toBe('100.0%');
  expect(await page.evaluate('document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)')).toBe(
    '{}{}',
  );
  await page.reload();
  await settled(page);
  expect(await page.locator('main table').isVisible()).toBe(true);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
});

it('asks again as soon as the session has ended', async () => {
  const { page } = await estate.open('services/costs/?page=explore');
  await page.getByLabel('Token').fill(staging.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('main table').waitFor();
  await page.context().clearCookies();
  await page.getByLabel('Group by').selectOption('component');
  await page.getByLabel('Token').waitFor();
  await page.getByLabel('Token').fill(staging.token);
  await page.keyboard.press('Enter');
  await page.locator('main table').waitFor();
  expect(page.url()).toContain('by=component');
});

it('says so when the browser does not keep the cookie, here since the page is not under its path', async () => {
  const { page } = await estate.open('?page=explore');
  await page.getByLabel('Token').fill(staging.token);
  await page.keyboard.press('Enter');
  await page.getByText('the browser does not keep the cookie').waitFor();
});

it('offers the login of the Hub, and comes back to what the URL says', async () => {
  const { page } = await estate.open('services/costs/?page=explore&by=user');
  const link = page.getByRole('link', { name: 'Log in with JupyterHub prod' });
  expect(await link.getAttribute('href')).toBe(`login?hub=prod&next=${encodeURIComponent('?page=explore&by=user')}`);
});

it.each([false, true])('has no violation that axe finds (dark: %s)', async (dark) => {
  for (const search of ['', '?login=failed']) {
    const { page } = await estate.open(search, { dark });
    await page.evaluate(AXE);
    const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
    expect(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }))).toEqual([]);
  }
});

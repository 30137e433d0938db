import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import { pageOnEstate, settled } from './open-page.js';

const estate = pageOnEstate();
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const SCREENS = [
  '',
  '?page=explore',
  '?page=explore&by=user&hub=prod',
  '?page=user&by=component&user=user-3',
  '?page=group&by=user&usergroup=physics',
  '?page=user',
  '?page=explore&hub=nobody',
  '?page=explore&range=1-1',
];

describe.each([
  ['light', false],
  ['dark', true],
] as const)('axe, %s', (_, dark) => {
  it.each(SCREENS)('finds no violation on /%s', async (search) => {
    for (const width of [1280, 390]) {
      const { page } = await estate.open(search, { dark, width });
      await page.setViewportSize({ width, height: 900 });
      // Through the debugger, as the content security policy forbids scripts of tests too.
      await page.evaluate(AXE);
      const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
      expect(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }))).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    }
  });
});

describe('the keyboard alone', () => {
  it('skips to the figures, sorts, and picks a name', async () => {
    const { page } = await estate.open('?page=explore');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the figures');
    await tabTo('Total ↓');
    await page.keyboard.press('Enter');
    expect(page.url()).toContain('sort=total');
    await tabTo('prod');
    await page.keyboard.press('Enter');
    await settled(page);
    expect(page.url()).toContain('hub=prod');

    async function tabTo(text: string): Promise<void> {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(
          "document.activeElement.tagName === 'DIV' ? '' : document.activeElement.textContent",
        );
        if (focused === text) return;
      }
      throw new Error(`no way to ${text}`);
    }
  });
});

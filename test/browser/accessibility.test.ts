/** What axe finds on the dashboard's pages, dark and light. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard, yardItems } from '../builders/a-dashboard.ts';

describeWithChromium('the dashboard for everybody', () => {
  let browser: Browser;
  let dashboard: ADashboard;
  beforeAll(async () => {
    browser = await aChromium();
    dashboard = await aDashboard(browser, yardItems(120));
  });
  afterAll(async () => {
    await dashboard.close();
    await browser.close();
  });

  const faultsOf = async (page: Page): Promise<string[]> => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  };

  const states: { name: string; path: () => string; isStranger?: boolean; reach: (page: Page) => Promise<unknown> }[] =
    [
      {
        name: 'sign-in',
        path: () => '/sign-in',
        isStranger: true,
        reach: (page) => page.getByLabel('API key').waitFor(),
      },
      { name: 'datasets', path: () => '/', reach: (page) => page.getByText('yard').first().waitFor() },
      {
        name: 'a grid with facets',
        path: () => `/d/${dashboard.datasetId}?q=camera_make+IN+(canon,+sony)+AND+format+!%3D+png+AND+sharpness+>+3`,
        reach: async (page) => {
          await page.locator('.hist .br').first().waitFor();
          await page.locator('#tile-0').waitFor();
        },
      },
      {
        name: 'an open query bar',
        path: () => `/d/${dashboard.datasetId}?q=iso+>+100`,
        reach: async (page) => {
          await page.getByRole('combobox', { name: 'Query' }).click();
          await page.getByRole('option').first().waitFor();
          await page.keyboard.press('ArrowDown');
        },
      },
      {
        name: 'a refused query',
        path: () => `/d/${dashboard.datasetId}?q=isoo+>+100`,
        reach: (page) => page.getByRole('alert').waitFor(),
      },
    ];

  for (const theme of ['dark', 'light'] as const) {
    test.each(states)(`$name, ${theme}`, async ({ path, isStranger, reach }) => {
      const page = await dashboard.open(path(), { theme, isStranger: isStranger === true });
      await reach(page);
      expect(await faultsOf(page)).toEqual([]);
    });
  }

  test('a fault would be found', async () => {
    const page = await dashboard.open('/');
    await page.getByText('yard').first().waitFor();
    await page.evaluate("document.querySelector('.mark').removeAttribute('aria-label')");
    expect((await faultsOf(page)).join()).toContain('link-name');
  });
});

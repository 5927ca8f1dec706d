/** What axe finds on the dashboard's pages, dark and light. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard, yardItems } from '../builders/a-dashboard.ts';
import { send } from '../contract/send.ts';
import { aSceneDataset } from '../contract/some-scenes.ts';

describeWithChromium('the dashboard for everybody', () => {
  let browser: Browser;
  let dashboard: ADashboard;
  let scenesId: string;
  let autotagId: string;
  beforeAll(async () => {
    browser = await aChromium();
    const items = yardItems(120);
    for (const [at, item] of items.slice(0, 6).entries()) item.phash = String(at % 2).repeat(64);
    for (const item of items.slice(0, 9)) Object.assign(item.metadata, { lat: 48.2, lon: 16.4 });
    dashboard = await aDashboard(browser, items);
    for (const live of [true, false]) {
      const body = { name: live ? 'follows' : 'keeps', query: 'iso > 400', live };
      await send(`${dashboard.cloud.url}/v1/datasets/${dashboard.datasetId}/slices`, {
        key: dashboard.cloud.adminKey,
        body,
      });
    }
  });
  beforeAll(async () => {
    const call = (path: string, body: object) =>
      send(`${dashboard.cloud.url}/v1/${path}`, { key: dashboard.cloud.adminKey, body });
    await call('projects', { name: 'letters', type: 'textcollection' });
    await call('batches', { name: 'week-1', project: 'letters' });
    await call('task/textcollection', { batch: 'week-1', text: 'Dear' });
    const on = { reference_id: 'block-00/T0000.jpg', type: 'box', label: 'crack', annotation_id: 'c' };
    const geometry = { x: 30, y: 40, width: 90, height: 60 };
    await call(`nucleus/dataset/${dashboard.datasetId}/annotate`, { annotations: [{ ...on, geometry }] });
    const examples = { positives: ['block-00/T0000.jpg'], negatives: ['block-01/T0001.jpg'] };
    const tag = await call(`datasets/${dashboard.datasetId}/autotags`, { name: 'even', ...examples });
    autotagId = tag.body.autotag_id;
    scenesId = await aSceneDataset((path, body) => call(path.replace(/^\/v1\//, ''), body), 'drive');
    const tracked = { type: 'cuboid', label: 'car', annotation_id: 'c', track_reference_id: 'drive/car' };
    const cuboid = { position: { x: 1, y: 2, z: 9 }, dimensions: { x: 2, y: 2, z: 2 }, yaw: 0 };
    await call(`nucleus/dataset/${scenesId}/annotate`, {
      annotations: [{ ...tracked, reference_id: 'drive/cloud/0', geometry: cuboid }],
    });
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
          await page.locator('.find-count:not(.stale) b').waitFor();
          await page.locator('#tile-0').waitFor();
        },
      },
      {
        name: 'a list over a timeline',
        path: () => `/d/${dashboard.datasetId}?q=capture_local+>%3D+"2026-03-01"`,
        reach: async (page) => {
          await page.getByRole('button', { name: 'List' }).click();
          await page.locator('#tile-0.line').waitFor();
          await page.getByRole('slider', { name: 'Captured, at least' }).waitFor();
          await page.getByRole('button', { name: 'Justified' }).focus();
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
      {
        name: 'a dialog over selected items',
        path: () => `/d/${dashboard.datasetId}`,
        reach: async (page) => {
          await page.locator('#tile-0').waitFor();
          await page.locator('.grid').press('Control+a');
          await page.keyboard.press('l');
          await page.getByRole('dialog').waitFor();
        },
      },
      {
        name: 'slices',
        path: () => `/d/${dashboard.datasetId}/slices`,
        reach: async (page) => {
          await page.getByRole('checkbox').nth(1).check();
          await page.getByRole('checkbox').nth(0).check();
          await page.getByRole('region', { name: 'Combination' }).getByText('In both').waitFor();
        },
      },
      {
        name: 'duplicates',
        path: () => `/d/${dashboard.datasetId}/duplicates`,
        reach: (page) => page.getByRole('region', { name: 'Group 1', exact: true }).waitFor(),
      },
      {
        name: 'the map',
        path: () => `/d/${dashboard.datasetId}/map`,
        reach: (page) => page.getByRole('button', { name: /^9 items near/ }).waitFor(),
      },
      {
        name: 'the privacy report',
        path: () => '/privacy',
        reach: (page) => page.getByRole('region', { name: 'Fields that left' }).waitFor(),
      },
      {
        name: 'an item with its history',
        path: () => `/d/${dashboard.datasetId}/i/block-00%2FT0000.jpg`,
        reach: async (page) => {
          await page.getByRole('tab', { name: 'History' }).click();
          await page.getByText('First seen').waitFor();
        },
      },
      {
        name: 'similar items',
        path: () => `/d/${dashboard.datasetId}/i/block-00%2FT0000.jpg`,
        reach: async (page) => {
          await page.getByRole('tab', { name: 'Similar' }).click();
          await page.getByRole('list', { name: 'Similar items' }).waitFor();
        },
      },
      {
        name: 'a new key',
        path: () => '/settings',
        reach: async (page) => {
          await page.getByRole('button', { name: 'New key' }).click();
          await page.getByRole('dialog').waitFor();
        },
      },
      {
        name: 'the audit log',
        path: () => '/settings/audit',
        reach: (page) => page.getByRole('button', { name: 'dataset.create' }).first().waitFor(),
      },
      {
        name: 'batches',
        path: () => '/batches?batch=week-1',
        reach: (page) => page.getByRole('region', { name: 'Batch week-1' }).waitFor(),
      },
      {
        name: 'adding storage',
        path: () => '/settings/integrations',
        reach: async (page) => {
          await page.getByRole('button', { name: 'Add storage' }).click();
          await page.getByRole('dialog').getByText('external id').waitFor();
        },
      },
      {
        name: 'labels in the large view',
        path: () => `/d/${dashboard.datasetId}/i/block-00%2FT0000.jpg`,
        reach: async (page) => {
          const large = page.getByRole('button', { name: 'Large view (Enter)' });
          await large.and(page.locator(':enabled')).click();
          await page.getByRole('region', { name: 'Labels drawn' }).getByRole('button', { name: 'crack 1' }).waitFor();
          await page.locator('.stage .zoom-view').press(']');
          await page.locator('.label-tip').waitFor();
        },
      },
      {
        name: 'a scene',
        path: () => `/d/${scenesId}/scenes/drive`,
        reach: (page) => page.getByRole('button', { name: /^Track drive/ }).waitFor(),
      },
      {
        name: 'an autotag with decisions',
        path: () => `/d/${dashboard.datasetId}/autotags/${autotagId}`,
        reach: async (page) => {
          const tagged = page.getByRole('listbox', { name: 'Tagged items' });
          await tagged.getByRole('option').first().waitFor();
          await tagged.press('a');
          await page.getByRole('toolbar', { name: 'Refinement' }).waitFor();
        },
      },
      {
        name: 'models',
        path: () => `/d/${dashboard.datasetId}/models`,
        reach: (page) => page.getByRole('row', { name: /^crack/ }).waitFor(),
      },
      {
        name: 'jobs',
        path: () => '/jobs',
        reach: (page) => page.getByText('Fill a slice').waitFor(),
      },
    ];

  for (const theme of ['dark', 'light'] as const) {
    // signing in takes longer than looking: one page goes through all that is seen signed in
    let signedIn: Page | undefined;
    test.each(states)(`$name, ${theme}`, async ({ path, isStranger, reach }) => {
      const known = isStranger === true ? undefined : signedIn;
      if (known !== undefined) await known.goto(dashboard.cloud.url + path());
      const page = known ?? (await dashboard.open(path(), { theme, isStill: true, isStranger: isStranger === true }));
      if (isStranger !== true) signedIn = page;
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

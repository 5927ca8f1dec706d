/** Looking through a dataset: along its time, as a list, to one item, and at what stands there when something is amiss. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard, type Item, yardItems } from '../builders/a-dashboard.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { send } from '../contract/send.ts';

const items = yardItems(900);
// the cameras' clocks are two hours ahead of UTC
for (const { metadata } of items) metadata.capture_time = `${String(metadata.capture_local).slice(0, 10)}T10:00:00Z`;
const shortly = 15_000;

describeWithChromium('looking in the dashboard', () => {
  let browser: Browser;
  let dashboard: ADashboard;
  let pictures: PictureServer;
  beforeAll(async () => {
    browser = await aChromium();
    pictures = await aPictureServer({ '/a.jpg': await aJpeg(), '/b.jpg': await aJpeg({ seed: 2 }) });
    dashboard = await aDashboard(browser, items, { fetchAllow: [pictures.host] });
  });
  afterAll(async () => {
    await dashboard.close();
    await pictures.close();
    await browser.close();
  });

  const open = (search = ''): Promise<Page> => dashboard.open(`/d/${dashboard.datasetId}${search}`);
  const where = (meets: (metadata: Record<string, unknown>) => boolean): Item[] =>
    items.filter((item) => meets(item.metadata));
  const queryOf = (page: Page): string => new URL(page.url()).searchParams.get('q') ?? '';

  /** Waits until the page counts what was found and shows the first of it, and checks the query that says so. */
  async function shows(page: Page, query: string, found: readonly Item[], first = found[0]): Promise<void> {
    await page.locator('.find-count:not(.stale) b', { hasText: new RegExp(`^${found.length}$`) }).waitFor();
    await page.locator(`#tile-0[aria-label^="${first?.reference_id},"]`).waitFor();
    expect(queryOf(page)).toBe(query);
  }

  test('the timeline’s brush becomes query text by keys and by pointer, and is taken back', async () => {
    const page = await open('?q=format+%3D+png');
    const strip = page.getByRole('region', { name: 'Timeline' });
    await strip.getByText(/^10 Jan 2026 – 20 Sept? 2026$/).waitFor();
    await page.locator('.grid').focus();
    await page.keyboard.press('y');
    for (let steps = 0; steps < 4; steps += 1) await page.keyboard.press('Shift+ArrowRight');
    const since = (from: string, before = '9999') =>
      where(
        (item) => item.format === 'png' && String(item.capture_local) >= from && String(item.capture_local) < before,
      );
    await shows(page, 'format = png AND capture_local >= "2026-02-19"', since('2026-02-19'));
    await strip.getByLabel('Time shown').selectOption('Captured, UTC');
    await shows(page, 'format = png AND capture_time >= "2026-02-19"', since('2026-02-19'));
    await strip.getByLabel('Time shown').selectOption('Captured, local');
    await shows(page, 'format = png AND capture_local >= "2026-02-19"', since('2026-02-19'));
    const box = await strip.locator('.hist-box').boundingBox();
    if (box === null) throw new Error('the timeline is not on screen');
    const at = (share: number) => box.x + box.width * share;
    await page.mouse.move(at(0.5), box.y + 20);
    await page.mouse.down();
    await page.mouse.move(at(0.75), box.y + 20, { steps: 4 });
    await page.mouse.up();
    await eventually(
      'the brush to become a query',
      shortly,
      () =>
        /^format = png AND capture_local >= "2026-05-1\d" AND capture_local < "2026-07-2\d"$/.test(queryOf(page)) ||
        undefined,
    );
    const [from = '', before = ''] = queryOf(page).match(/\d{4}-\d\d-\d\d/g) ?? [];
    await shows(page, queryOf(page), since(from, before));
    await strip.getByRole('button', { name: 'Clear the time' }).click();
    await shows(page, 'format = png', since(''));
  });

  test('the list shows chosen fields, sorts by a click on its head and selects like the grid', async () => {
    const page = await open('?q=camera_make+%3D+sony');
    await page.locator('#tile-0.tile').waitFor();
    await page.getByRole('button', { name: 'List' }).click();
    const sony = where((item) => item.camera_make === 'sony');
    const line = page.locator('#tile-0.line');
    await line.getByText('ilce-7rm4').waitFor();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('dialog').getByRole('checkbox', { name: 'brightness' }).check();
    await page.keyboard.press('Escape');
    await line.getByText(`${sony[0]?.metadata.brightness} of 15`, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sort by brightness' }).click();
    await page.getByRole('button', { name: 'Sort by brightness, ascending' }).click();
    const brightest = Math.max(...sony.map(({ metadata }) => Number(metadata.brightness)));
    const first = sony.find(({ metadata }) => metadata.brightness === brightest);
    await shows(page, 'camera_make = sony', sony, first);
    expect(new URL(page.url()).searchParams.get('sort')).toBe('-brightness');
    await page.locator('.grid').press('x');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('End');
    await page.locator(`#tile-${sony.length - 1}.line.cur`).waitFor();
  });

  test('G goes to an item by its id or its number, and says when there is none', async () => {
    const page = await open();
    await page.locator('#tile-0').waitFor();
    const go = async (text: string): Promise<void> => {
      await page.keyboard.press('g');
      await page.getByRole('dialog', { name: 'Go to item' }).waitFor();
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    };
    await go('801');
    await page.locator('#tile-800.cur').waitFor();
    await go(items[640]?.reference_id ?? '');
    await page.locator('#tile-640.cur').waitFor();
    await page.getByText('641 of 900').waitFor();
    await go('T0123');
    await page.getByRole('alert').getByRole('button').click();
    await shows(page, 'reference_id CONTAINS "T0123"', items.slice(123, 124));
  });

  test('pictures that are stored here are shown without an agent, in the grid, on the item and when compared', async () => {
    const call = (path: string, body: unknown) =>
      send(dashboard.cloud.url + path, { key: dashboard.cloud.adminKey, body });
    const { dataset_id: id } = (await call('/v1/nucleus/dataset/create', { name: 'ordinary' })).body;
    const appended = await call(`/v1/nucleus/dataset/${id}/append`, {
      items: ['a', 'b'].map((name) => ({ reference_id: name, image_url: `${pictures.origin}/${name}.jpg` })),
    });
    expect(appended.body.new_items).toBe(2);
    const page = await dashboard.open(`/d/${id}`);
    const shown = (within: string) =>
      page.waitForFunction(
        (selector) => {
          const images = [...document.querySelectorAll<HTMLImageElement>(`${selector} img`)];
          return images.length > 0 && images.every((image) => image.naturalWidth > 0) ? images.length : false;
        },
        within,
        { timeout: shortly },
      );
    expect(await (await shown('.grid')).jsonValue()).toBe(2);
    await page.locator('#tile-0[aria-label="a, pixels shown"]').waitFor();
    expect(await page.locator('#tile-0 canvas').count()).toBe(1);
    expect(await page.getByRole('button', { name: /Show pixels/ }).count()).toBe(0);
    await page.locator('#tile-0').click();
    await shown('.item-picture');
    await page.getByRole('tab', { name: 'Metadata' }).waitFor();
    expect(await page.getByRole('tab', { name: 'What left' }).count()).toBe(0);
    await page.goto(`${dashboard.cloud.url}/d/${id}/compare?a=a&b=b`);
    expect(await (await shown('.compare-pictures')).jsonValue()).toBe(2);
  });

  const states: {
    name: string;
    reach: (page: Page) => Promise<unknown>;
    says: string;
    goOn?: (page: Page) => Promise<unknown>;
  }[] = [
    {
      name: 'a dataset that was deleted while it was looked at',
      reach: (page) => deleteWhileSeen(page, ''),
      says: 'This dataset is not here',
      goOn: (page) => page.getByRole('link', { name: 'See the datasets' }).click(),
    },
    {
      name: 'the duplicates of a dataset that was deleted',
      reach: (page) => deleteWhileSeen(page, '/duplicates'),
      says: 'This dataset is not here',
    },
    {
      name: 'a connection that dropped',
      reach: async (page) => {
        await page.locator('#tile-0').waitFor();
        await page.context().setOffline(true);
      },
      says: 'You can keep looking; changes wait.',
      goOn: async (page) => {
        expect(await page.locator('#tile-0').count()).toBe(1);
        await page.getByRole('button', { name: 'Retry now' }).first().click();
        await page.getByText('Connection lost.', { exact: true }).waitFor();
        await page.context().setOffline(false);
        await page.getByText('Connection lost.', { exact: true }).waitFor({ state: 'detached' });
      },
    },
    {
      name: 'a part that does not load any more',
      reach: async (page) => {
        await page.route(/settings-page/, (route) => route.abort());
        await page.locator('#tile-0').waitFor();
        await page.getByRole('link', { name: 'Settings' }).click();
      },
      says: 'This part did not load.',
      goOn: async (page) => {
        await page.unroute(/settings-page/);
        await page.getByRole('button', { name: 'Load the page again' }).click();
        await page.getByRole('button', { name: 'New key' }).waitFor();
      },
    },
    {
      name: 'a session that ended',
      reach: async (page) => {
        await page.locator('#tile-0').waitFor();
        await page.context().clearCookies();
      },
      says: 'Your session ended. Sign in to go on; your place is kept.',
      goOn: async (page) => {
        await page.getByLabel('API key').fill(dashboard.cloud.adminKey);
        await page.keyboard.press('Enter');
        await page.waitForURL((url) => url.pathname === `/d/${dashboard.datasetId}`);
      },
    },
    {
      name: 'a team without any dataset',
      reach: async (page) => {
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByLabel('API key').fill(await dashboard.cloud.makeKey({ tenant: 'newcomers' }));
        expect(await page.getByText('Your session ended.').count()).toBe(0);
        await page.keyboard.press('Enter');
      },
      says: 'npx nucleus-cloud keys create --scopes agent',
    },
    {
      name: 'an address that leads nowhere',
      reach: (page) => page.goto(`${dashboard.cloud.url}/no/such/page`),
      says: 'There is no such page',
    },
  ];

  async function deleteWhileSeen(page: Page, path: string): Promise<void> {
    const { cloud } = dashboard;
    const { body } = await send(`${cloud.url}/v1/nucleus/dataset/create`, {
      key: cloud.adminKey,
      body: { name: 'brief' },
    });
    await page.goto(`${cloud.url}/d/${body.dataset_id}${path}`);
    await page.getByText('brief').first().waitFor();
    await send(`${cloud.url}/v1/nucleus/dataset/${body.dataset_id}`, {
      key: cloud.adminKey,
      method: 'DELETE',
      body: {},
    });
  }

  test.each(states)('$name has a sentence of its own', async ({ reach, says, goOn }) => {
    const page = await open();
    await reach(page);
    await page.getByText(says).first().waitFor();
    expect(await page.getByText('Something failed').count()).toBe(0);
    await goOn?.(page);
  });
});

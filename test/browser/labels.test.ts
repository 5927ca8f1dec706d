/** Annotations, predictions and masks in the panel and in the large view: a real Chromium and a real cloud, on both databases. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard, yardItems } from '../builders/a-dashboard.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';
import { grey } from '../contract/some-labels.ts';

const items = yardItems(4);
const [first, second, third] = items.map((item) => item.reference_id) as [string, string, string];
const shortly = 10_000;
const many = 1_200;

const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });
const labelsOfFirst = [
  { type: 'box', label: 'crack', annotation_id: '1', geometry: box(30, 40, 120, 200), metadata: { depth_mm: 4 } },
  { type: 'polygon', label: 'erosion', annotation_id: '2', geometry: { vertices: [[40, 250], [150, 220], [180, 330], [60, 360]].map(([x, y]) => ({ x, y })) } }, // biome-ignore format: short
  { type: 'keypoints', label: 'worker', annotation_id: '3', geometry: { keypoints: [[220, 80], [230, 150], [210, 220]].map(([x, y]) => ({ x, y, visible: true })), names: ['head', 'hip', 'foot'], skeleton: [[0, 1], [1, 2]] } }, // biome-ignore format: short
  { type: 'category', label: 'daylight' },
].map((label) => ({ ...label, reference_id: first }));
const guess = (id: string, label: string, confidence: number, x: number) => ({
  reference_id: first,
  type: 'box',
  label,
  confidence,
  annotation_id: id,
  geometry: box(x, 50, 100, 80),
});
const crowd = Array.from({ length: many }, (_, i) => ({
  reference_id: second,
  type: 'box',
  label: `class ${i % 12}`,
  annotation_id: `${i}`,
  geometry: box((i * 37) % 380, (i * 53) % 280, 12, 9),
}));

describeWithChromium('labels in the dashboard', () => {
  onEachDatabase('labels', (openDatabase) => {
    let browser: Browser;
    let dashboard: ADashboard;
    beforeAll(async () => {
      browser = await aChromium();
      dashboard = await aDashboard(browser, items, { database: await openDatabase() });
      const { cloud, datasetId } = dashboard;
      const call = (path: string, body: object) =>
        send(`${cloud.url}/v1/nucleus/${path}`, { key: cloud.adminKey, body });
      await call(`dataset/${datasetId}/annotate`, { annotations: [...labelsOfFirst, ...crowd] });
      const predict = async (name: string, annotations: object[]): Promise<void> => {
        const { model_id } = (await call('models/add', { name, reference_id: name, metadata: {} })).body;
        await call(`dataset/${datasetId}/model/${model_id}/uploadPredictions`, { annotations });
      };
      await predict('older net', [guess('9', 'crack', 0.8, 10)]);
      await predict('blade-net v4', [guess('1', 'crack', 0.91, 38), guess('2', 'dirt', 0.34, 160)]);
      // one before masks may be kept here, and one after
      const mask = (ref: string) => ({
        reference_id: ref,
        mask_url: 'm.png',
        annotations: [{ label: 'blade', index: 1 }],
      });
      await call(`dataset/${datasetId}/annotate`, {
        segmentations: [{ ...mask(second), mask_url: 'https://x.test/m.png' }],
      });
      const policy = `${cloud.url}/v1/datasets/${datasetId}/masks`;
      await send(policy, { key: cloud.adminKey, method: 'PUT', body: { accepted: true } });
      const form = new FormData();
      form.append('serialized_request', JSON.stringify({ segmentations: [mask(third)], update: false }));
      form.append('mask', new Blob([(await grey(400, 300)) as BlobPart], { type: 'image/png' }), 'm.png');
      const headers = { authorization: `Basic ${btoa(`${cloud.adminKey}:`)}` };
      await fetch(`${cloud.url}/v1/nucleus/dataset/${datasetId}/annotate`, { method: 'POST', headers, body: form });
    });
    afterAll(async () => {
      await dashboard.close();
      await browser.close();
    });

    const drawn = (page: Page, within: string): Promise<string | null> =>
      page.locator(`${within} .label-canvas`).getAttribute('aria-label');
    const draws = (page: Page, within: string, count: number | string): Promise<void> =>
      page.locator(`${within} .label-canvas[aria-label^="${count} label"]`).waitFor();
    const openLarge = async (ref: string, options: Parameters<ADashboard['open']>[1] = {}): Promise<Page> => {
      const page = await dashboard.open(`/d/${dashboard.datasetId}/i/${encodeURIComponent(ref)}`, options);
      await page.locator('.tile.cur').waitFor({ state: 'attached' });
      const large = page.getByRole('button', { name: 'Large view (Enter)' });
      await large.and(page.locator(':enabled')).click();
      await page.locator('.stage .label-canvas').waitFor();
      return page;
    };
    /** Colours of the canvas, `r,g,b,a`, along a line of its pixels to the right of a place, which is a fraction of the picture. */
    const along = (page: Page, share: { x: number; y: number }, length: number): Promise<string[]> =>
      page.evaluate(
        ([x, y, span]) => {
          const canvas = document.querySelector<HTMLCanvasElement>('.stage .label-canvas');
          const picture = document.querySelector('.stage .zoom-picture')?.getBoundingClientRect();
          const context = canvas?.getContext('2d');
          if (!canvas || !picture || !context) throw new Error('no canvas');
          const frame = canvas.getBoundingClientRect();
          const left = Math.round(picture.left - frame.left + x * picture.width) - span / 2;
          const top = Math.round(picture.top - frame.top + y * picture.height);
          const { data } = context.getImageData(left, top, span, 1);
          return Array.from({ length: span }, (_, at) => data.slice(at * 4, at * 4 + 4).join(','));
        },
        [share.x, share.y, length] as const,
      );
    const colourOf = (page: Page, name: string): Promise<string> =>
      page.evaluate((label) => {
        const chips = [...document.querySelectorAll('.legend-classes .label-chip')];
        const dot = chips.find((chip) => chip.textContent?.startsWith(label))?.querySelector('.label-dot');
        return `${getComputedStyle(dot as Element)
          .backgroundColor.match(/\d+/g)
          ?.join(',')},255`;
      }, name);

    test('are drawn in the panel, hidden one by one, and shown from a confidence on', async () => {
      const page = await dashboard.open(`/d/${dashboard.datasetId}/i/${first}`);
      await page.getByRole('tab', { name: 'Labels 4' }).click();
      const truth = page.getByRole('region', { name: 'Ground truth' });
      const guesses = page.getByRole('region', { name: 'blade-net v4' });
      await guesses.getByRole('checkbox').first().waitFor();
      // the category has no place to be drawn at, and one prediction is too unsure
      expect(await truth.getByRole('listitem').allTextContents()).toEqual([
        'crackbox',
        'erosionpolygon',
        'workerkeypoints',
        'daylightcategory',
      ]);
      await draws(page, '.item-picture', 4);
      await truth.getByRole('checkbox', { name: /^crack/ }).uncheck();
      await draws(page, '.item-picture', 3);
      const unsure = guesses.getByRole('checkbox', { name: /^dirt/ });
      expect([await unsure.isDisabled(), await unsure.isChecked()]).toEqual([true, false]);
      await page.getByRole('slider', { name: 'Minimum confidence' }).fill('0.3');
      await draws(page, '.item-picture', 4);
      expect(await unsure.isChecked()).toBe(true);
    });

    test('stand where they are in the large view, as thin at every zoom, by class and by model', async () => {
      const page = await openLarge(first, { theme: 'light' });
      await draws(page, '.stage', 4);
      const crack = await colourOf(page, 'crack');
      // the right edge of the annotated box runs through the middle, which stays where it is
      const edge = { x: 150 / 300, y: 200 / 400 };
      const thick = async () => (await along(page, edge, 24)).filter((colour) => colour === crack).length;
      const before = await eventually('the edge to be drawn', shortly, async () => (await thick()) || undefined);
      const view = page.locator('.stage .zoom-view');
      const width = (await page.locator('.stage .zoom-picture').boundingBox())?.width ?? 0;
      await view.press('+');
      await view.press('+');
      await page.waitForFunction(
        (least) => (document.querySelector('.stage .zoom-picture')?.getBoundingClientRect().width ?? 0) > least,
        width * 1.8,
      );
      expect(before).toBeGreaterThanOrEqual(1);
      // the canvas is drawn anew after the picture has grown
      await expect.poll(async () => Math.abs((await thick()) - before)).toBeLessThanOrEqual(1);
      const legend = page.getByRole('region', { name: 'Labels drawn' });
      await legend.getByRole('button', { name: /^crack 2/ }).click();
      await draws(page, '.stage', 2);
      expect(await thick()).toBe(0);
      await legend.getByRole('button', { name: 'Show all classes' }).click();
      await legend.getByRole('button', { name: /^blade-net v4/ }).click();
      await draws(page, '.stage', 3);
      await legend.getByRole('button', { name: /^older net/ }).click();
      await draws(page, '.stage', 4);
      await view.press('b');
      await draws(page, '.stage', 0);
      expect((await along(page, edge, 24)).every((colour) => colour === '0,0,0,0')).toBe(true);
    });

    test('say what they are under the pointer and by key, over a blur', async () => {
      const page = await openLarge(first);
      await draws(page, '.stage', 4);
      const view = page.locator('.stage .zoom-view');
      const picture = await page.locator('.stage .zoom-picture').boundingBox();
      if (picture === null) throw new Error('no picture');
      const scale = picture.width / 300;
      await page.mouse.move(picture.x + 100 * scale, picture.y + 300 * scale);
      const tip = page.locator('.label-tip');
      await tip.getByText('erosion').waitFor();
      await page.mouse.move(picture.x + 34 * scale, picture.y + 60 * scale);
      await tip.getByText('depth_mm').waitFor();
      expect(await tip.innerText()).toMatch(/crack\s+kind\s+box\s+by\s+Ground truth\s+depth_mm\s+4/);
      await view.press(']');
      await tip.getByText('erosion').waitFor();
      await page.getByRole('status').getByText('erosion, kind polygon, by Ground truth').waitFor({ state: 'attached' });
      await view.press('Escape');
      await tip.waitFor({ state: 'detached' });
      expect(await page.locator('.stage').count()).toBe(1);
      await view.press('Escape');
      await page.locator('.stage').waitFor({ state: 'detached' });
    });

    test('of masks are the kept pixels in the colour of their class, and a mask that is not kept says so', async () => {
      const page = await openLarge(third);
      const blade = page.getByRole('button', { name: /^blade 1/ });
      await blade.waitFor();
      const [red = 0, green = 0, blue = 0] = (await colourOf(page, 'blade')).split(',').map(Number);
      const pixel = await eventually('the mask to be painted', shortly, async () => {
        const [colour = ''] = await along(page, { x: 0.5, y: 0.5 }, 2);
        return colour.endsWith(',0') ? undefined : colour.split(',').map(Number);
      });
      // half as strong as its colour, and rounded as canvases round
      for (const [at, value] of [red, green, blue].entries())
        expect(Math.abs((pixel[at] ?? 0) - value)).toBeLessThan(4);
      expect(pixel[3]).toBeGreaterThan(120);
      expect(pixel[3]).toBeLessThan(135);
      await blade.click();
      await eventually('the mask to be gone', shortly, async () =>
        (await along(page, { x: 0.5, y: 0.5 }, 2)).every((colour) => colour.endsWith(',0')) ? true : undefined,
      );
    });

    test('of a crowd are all drawn, on a narrow screen too', async () => {
      const page = await openLarge(second, { width: 400 });
      await draws(page, '.stage', '1,201');
      await page.getByText('A mask is not drawn. Its picture is not kept here.').waitFor();
      expect(await page.getByRole('list', { name: 'Classes' }).getByRole('button').count()).toBe(13);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });

    test('of an item without any say so', async () => {
      const path = `/d/${dashboard.datasetId}/i/${items[3]?.reference_id}`;
      const page = await dashboard.open(path, { theme: 'light' });
      await page.getByRole('tab', { name: 'Labels', exact: true }).click();
      await page.getByRole('button', { name: /^older net/ }).click();
      await page.getByText('This item has no annotations, and no model has said anything about it.').waitFor();
      expect(await drawn(page, '.item-picture')).toBe('0 labels drawn on the picture');
    });
  });
});

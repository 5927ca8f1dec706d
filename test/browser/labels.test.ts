/** Annotations and predictions on the item's panel: a real Chromium, a real cloud, labels written over the API. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard, yardItems } from '../builders/a-dashboard.ts';
import { send } from '../contract/send.ts';

const items = yardItems(4);
const [first, second] = items.map((item) => item.reference_id) as [string, string];

describeWithChromium('labels in the dashboard', () => {
  let browser: Browser;
  let dashboard: ADashboard;
  beforeAll(async () => {
    browser = await aChromium();
    dashboard = await aDashboard(browser, items);
    const { cloud, datasetId } = dashboard;
    const call = (path: string, body: object) => send(`${cloud.url}/v1/nucleus/${path}`, { key: cloud.adminKey, body });
    const on = { reference_id: first };
    const corners = [[40, 250], [150, 220], [180, 330], [60, 360]].map(([x, y]) => ({ x, y })); // biome-ignore format: short
    const bones = {
      keypoints: [
        { x: 220, y: 80, visible: true },
        { x: 230, y: 150, visible: true },
        { x: 210, y: 220, visible: true },
      ],
      names: ['head', 'hip', 'foot'],
      skeleton: [[0, 1], [1, 2]], // biome-ignore format: short
    };
    const annotations = [
      { ...on, type: 'box', label: 'crack', annotation_id: '1', geometry: { x: 30, y: 40, width: 120, height: 90 } },
      { ...on, type: 'polygon', label: 'erosion', annotation_id: '2', geometry: { vertices: corners } },
      { ...on, type: 'keypoints', label: 'worker', annotation_id: '3', geometry: bones },
      { ...on, type: 'category', label: 'daylight' },
    ];
    const guess = (id: string, label: string, confidence: number, x: number) => ({
      ...on,
      type: 'box',
      label,
      confidence,
      annotation_id: id,
      geometry: { x, y: 50, width: 100, height: 80 },
    });
    await call(`dataset/${datasetId}/annotate`, { annotations });
    const model = (await call('models/add', { name: 'blade-net v4', reference_id: 'net', metadata: {} })).body.model_id;
    const predicted = [guess('1', 'crack', 0.91, 38), guess('2', 'dirt', 0.34, 160)];
    await call(`dataset/${datasetId}/model/${model}/uploadPredictions`, { annotations: predicted });
  });
  afterAll(async () => {
    await dashboard.close();
    await browser.close();
  });

  test('are drawn on the picture, hidden one by one, and shown from a confidence on', async () => {
    const page = await dashboard.open(`/d/${dashboard.datasetId}/i/${first}`);
    await page.getByRole('tab', { name: 'Labels 4' }).click();
    const truth = page.getByRole('region', { name: 'Ground truth' });
    const guesses = page.getByRole('region', { name: 'blade-net v4' });
    await guesses.getByRole('checkbox').first().waitFor();
    const drawn = () => page.locator('.label-shapes g').count();
    // the category has no place to be drawn at, and one prediction is too unsure
    expect(await truth.getByRole('listitem').allTextContents()).toEqual([
      'crackbox',
      'erosionpolygon',
      'workerkeypoints',
      'daylightcategory',
    ]);
    expect([await truth.getByRole('checkbox').count(), await drawn()]).toEqual([3, 4]);
    const box = await page.locator('.label-shapes rect.label-line').first().boundingBox();
    const picture = await page.locator('.item-picture').boundingBox();
    const scale = (picture?.width ?? 0) / 300;
    expect((box?.x ?? 0) - (picture?.x ?? 0)).toBeCloseTo(30 * scale, -1);
    expect(box?.width).toBeCloseTo(120 * scale, -1);
    await truth.getByRole('checkbox', { name: /^crack/ }).uncheck();
    expect(await drawn()).toBe(3);
    const unsure = guesses.getByRole('checkbox', { name: /^dirt/ });
    expect([await unsure.isDisabled(), await unsure.isChecked()]).toEqual([true, false]);
    await page.getByRole('slider', { name: 'Minimum confidence' }).fill('0.3');
    expect([await unsure.isChecked(), await drawn()]).toEqual([true, 4]);
  });

  test('of an item without any say so', async () => {
    const page = await dashboard.open(`/d/${dashboard.datasetId}/i/${second}`, { theme: 'light' });
    await page.getByRole('tab', { name: 'Labels', exact: true }).click();
    await page.getByText('This item has no annotations, and no model has said anything about it.').waitFor();
    expect(await page.locator('.label-shapes').count()).toBe(0);
  });
});

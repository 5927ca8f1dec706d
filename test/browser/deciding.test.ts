/** Comparing, looking large, the item panel, keys and the map in the dashboard: what is decided there stands in the cloud. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADecidingDashboard, aDecidingDashboard, pairedItems } from '../builders/a-deciding-dashboard.ts';
import { send } from '../contract/send.ts';

const items = pairedItems(60);
for (const item of items.slice(10, 20)) Object.assign(item.metadata, { lat: 52.1, lon: 4.3 });
for (const item of items.slice(20, 25)) Object.assign(item.metadata, { lat: -33.8, lon: 151.2 });

describeWithChromium('deciding in the dashboard', () => {
  let browser: Browser;
  let dashboard: ADecidingDashboard;
  beforeAll(async () => {
    browser = await aChromium();
    dashboard = await aDecidingDashboard(browser, items);
  });
  afterAll(async () => {
    await dashboard.close();
    await browser.close();
  });

  test('two items are compared side by side, and zooming one zooms the other until that is switched off', async () => {
    const page = await dashboard.openDataset();
    await page.locator('#tile-1').click({ modifiers: ['Control'] });
    await page.locator('#tile-3').click({ modifiers: ['Control'] });
    await page.keyboard.press('c');
    const pictures = page.locator('.zoom-picture');
    await pictures.nth(1).waitFor();
    expect(await page.locator('figcaption a').allTextContents()).toEqual([dashboard.refOf(1), dashboard.refOf(3)]);
    await page.getByRole('row', { name: /camera make different sony nikon/ }).waitFor();
    const widths = async (): Promise<number[]> =>
      [0, 1].reduce<Promise<number[]>>(
        async (before, at) => [...(await before), (await pictures.nth(at).boundingBox())?.width ?? 0],
        Promise.resolve([]),
      );
    const [a = 0, b = 0] = await widths();
    await page.getByRole('img', { name: dashboard.refOf(1) }).press('+');
    const [zoomedA = 0, zoomedB = 0] = await widths();
    expect([zoomedA / a, zoomedB / b]).toEqual([expect.closeTo(1.4, 3), expect.closeTo(1.4, 3)]);
    await page.getByLabel('Sync zoom and pan').uncheck();
    await page.getByRole('img', { name: dashboard.refOf(1) }).press('z');
    expect(await widths()).toEqual([expect.closeTo(a, 3), expect.closeTo(zoomedB, 3)]);
    const over = page.locator('.laid-top');
    await page.getByRole('button', { name: 'Wipe' }).click();
    await page.getByLabel('How much of A is shown, percent').fill('25');
    expect(await over.evaluate((element) => getComputedStyle(element).clipPath)).toBe('inset(0px 0px 0px 25%)');
    await page.getByRole('button', { name: 'Blink' }).click();
    await page.waitForURL((url) => url.searchParams.get('as') === 'blink');
    await page.reload();
    await page.getByText('B is shown').waitFor();
    expect(await over.isVisible()).toBe(true);
    await page.keyboard.press('b');
    await page.getByText('A is shown').waitFor();
    expect(await over.isVisible()).toBe(false);
  });

  test('what is like a selected item opens as a grid, and an item without a hash says that it cannot be compared', async () => {
    // the browser itself complains of the refusal that is asked for below
    const page = await dashboard.open(`/d/${dashboard.datasetId}`);
    await page.locator('#tile-9').click({ modifiers: ['Control'] });
    await page.keyboard.press('s');
    await page
      .getByRole('status')
      .getByText(/missing perceptual hash|have a vector/)
      .waitFor();
    await page.locator('.grid').press('Control+d');
    await page.locator('#tile-0').click({ modifiers: ['Control'] });
    await page
      .getByRole('toolbar', { name: 'Selection' })
      .getByRole('button', { name: /^Similar/ })
      .click();
    await page.locator('.find-count:not(.stale) b', { hasText: /^5$/ }).waitFor();
    const others = [1, 2, 3, 4, 5].map((at) => dashboard.refOf(at));
    expect(await dashboard.found(new URL(page.url()).searchParams.get('q') ?? '')).toEqual(others);
  });

  test('Enter on an open item shows it large, arrows go on from there, and Esc finds the grid again', async () => {
    const page = await dashboard.openDataset();
    await page.locator('#tile-2').click();
    await page.locator('.grid').press('Enter');
    await page.getByRole('img', { name: dashboard.refOf(2) }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('img', { name: dashboard.refOf(3) }).waitFor();
    await page.getByText('4 of 60').first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.stage').waitFor({ state: 'detached' });
    expect(decodeURIComponent(new URL(page.url()).pathname)).toBe(`/d/${dashboard.datasetId}/i/${dashboard.refOf(3)}`);
    await page.keyboard.press('ArrowLeft');
    await page.locator('#tile-2.cur').waitFor();
  });

  test('the item panel tags, finds what is similar and tells the history; arrows move on from inside it', async () => {
    // the browser itself complains of the refusal that is asked for below
    const page = await dashboard.open(`/d/${dashboard.datasetId}/i/${encodeURIComponent(dashboard.refOf(0))}`);
    const panel = page.getByRole('complementary', { name: 'Details' });
    await panel.getByText('1 of 60').waitFor();
    // the key is the tags' own, and they come with the item
    await panel.getByRole('button', { name: 'Tag T' }).waitFor();
    await page.keyboard.press('t');
    await page.getByRole('dialog', { name: 'Tag 1 item' }).waitFor();
    await page.keyboard.type('odd');
    await page.keyboard.press('Enter');
    await panel.getByRole('button', { name: 'Take tag odd off' }).waitFor();
    await dashboard.holds('tag = odd', 1);
    await page.keyboard.press('s');
    await panel.getByText('up to').waitFor();
    const nearest = panel.getByRole('list', { name: 'Similar items' }).getByRole('link');
    expect(await nearest.first().getAttribute('aria-label')).toBe(`${dashboard.refOf(1)}, 0 bits`);
    await panel.getByRole('button', { name: 'Vectors' }).click();
    await panel.getByText('Not every example has a vector.').waitFor();
    await panel.getByRole('button', { name: 'Folder', exact: true }).click();
    const beside = (order: string) => panel.getByRole('list', { name: `Before and after ${order}` }).getByRole('link');
    expect(await beside('by name').first().getAttribute('aria-label')).toContain(`${dashboard.refOf(7)}, `);
    await panel.getByRole('button', { name: 'Time', exact: true }).click();
    expect(await beside('in time').first().getAttribute('aria-label')).toBe(`${dashboard.refOf(54)}, 4 days after`);
    await page.waitForURL((url) => url.searchParams.get('tab') === 'similar');
    await page.reload();
    await panel.getByText('up to').waitFor();
    await panel.getByRole('tab', { name: 'History' }).click();
    await panel.getByText('Tagged odd').waitFor();
    const lines = await panel.getByRole('list', { name: 'What happened' }).getByRole('listitem').allTextContents();
    expect([lines.at(0), lines.at(-1)]).toEqual([
      expect.stringMatching(/^Tagged oddin the dashboard/),
      expect.stringMatching(/^First seen/),
    ]);
    await panel.getByRole('button', { name: 'Close (Esc)' }).focus();
    await page.keyboard.press('ArrowRight');
    await panel.getByText('2 of 60').waitFor();
    expect(decodeURIComponent(new URL(page.url()).pathname)).toBe(`/d/${dashboard.datasetId}/i/${dashboard.refOf(1)}`);
    await page.keyboard.press('ArrowLeft');
    await panel.getByText('1 of 60').waitFor();
    await panel.getByRole('tab', { name: 'Metadata' }).click();
    await panel.getByRole('button', { name: 'Take tag odd off' }).click();
    await dashboard.holds('tag = odd', 0);
  });

  test('a key is made, copied once and revoked, and the log tells both', async () => {
    const page = await dashboard.open('/settings');
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New key' });
    await dialog.getByLabel('What it is for').fill('ci-export');
    await dialog.getByRole('checkbox', { name: /^export/ }).check();
    expect(await dialog.getByRole('checkbox', { name: /^agent/ }).count()).toBe(0);
    await dialog.getByLabel(/^It works from/).fill('nowhere');
    await dialog.getByRole('button', { name: 'Make key' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel(/^It works from/).fill('127.0.0.0/8');
    await dialog.getByRole('button', { name: 'Make key' }).click();
    await page.getByText('Copy “ci-export” now.').waitFor();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const secret = (await page.locator('.key-secret code').textContent()) ?? '';
    const reads = async () =>
      (await send(`${dashboard.cloud.url}/v1/nucleus/dataset/${dashboard.datasetId}/size`, { key: secret })).status;
    expect(await reads()).toBe(200);
    await page.getByRole('button', { name: 'Done' }).click();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Revoke ci-export' }).click();
    await page.getByRole('button', { name: 'Revoke key' }).click();
    await page.getByText('Revoked ci-export.').waitFor();
    expect(await reads()).toBe(401);
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('button', { name: 'key.revoke' }).first().click();
    await page.getByRole('button', { name: 'key.create' }).first().waitFor({ state: 'detached' });
    await page.waitForURL((url) => url.search === '?action=key.revoke');
  });

  test('a box on the map becomes the query, and opens as a grid of what is in it', async () => {
    const page = await dashboard.openDataset('/map');
    await page.getByRole('button', { name: /^10 items near/ }).waitFor();
    await page.getByRole('button', { name: /^5 items near/ }).waitFor();
    await page.getByText('15 items in view, 45 without a position').waitFor();
    const cluster = await page.getByRole('button', { name: /^10 items near/ }).boundingBox();
    if (cluster === null) throw new Error('the cluster is not on screen');
    await page.keyboard.press('b');
    await page.mouse.move(cluster.x - 40, cluster.y - 40);
    await page.mouse.down();
    await page.mouse.move(cluster.x + cluster.width + 40, cluster.y + cluster.height + 40, { steps: 3 });
    await page.mouse.up();
    await page.getByText('10 items in view').waitFor();
    await page.getByRole('link', { name: 'Open as grid' }).click();
    await page.locator('#tile-9').waitFor();
    const query = new URL(page.url()).searchParams.get('q') ?? '';
    expect(query).toMatch(/^lat >= [\d.]+ AND lat <= [\d.]+ AND lon >= -?[\d.]+ AND lon <= [\d.]+$/);
    await page.keyboard.press('m');
    await page.getByText('10 items in view').waitFor();
    await page.keyboard.press('m');
    await page.locator('#tile-9').waitFor();
    expect(await dashboard.found(query)).toEqual(items.slice(10, 20).map((item) => item.reference_id));
  });

  test('nothing of it offends the content security policy or fails in the page', () => {
    expect(dashboard.complaints).toEqual([]);
  });
});

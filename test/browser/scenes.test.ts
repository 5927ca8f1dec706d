/** Scenes, autotags and the table of models in the dashboard: a real Chromium and a real cloud, on both databases. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard, yardItems } from '../builders/a-dashboard.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';
import { lidarScene, videoScene } from '../contract/some-scenes.ts';

const amount = 40;
const shortly = 20_000;
const isNight = (i: number): boolean => i % 3 === 0;
const items = yardItems(amount).map((item, i) => ({
  ...item,
  phash: (isNight(i) ? '1' : '0').repeat(40) + i.toString(2).padStart(24, '0'),
}));
/** A scene whose pictures have a size, in which labels have a place. */
const sized = (ref: string, frames: number) => {
  const scene = lidarScene(ref, frames);
  const withSize = scene.frames.map(({ lidar, front }) => ({ lidar, front: { ...front, width: 640, height: 480 } }));
  return { ...scene, frames: withSize };
};
const refsOf = (wanted: (i: number) => boolean): string[] =>
  items.flatMap((item, i) => (wanted(i) ? [item.reference_id] : []));
const nights = refsOf(isNight);

describeWithChromium('scenes, autotags and models', () => {
  onEachDatabase('pages of them', (openDatabase) => {
    let browser: Browser;
    let dashboard: ADashboard;
    let scenesId: string;
    beforeAll(async () => {
      browser = await aChromium();
      dashboard = await aDashboard(browser, items, { database: await openDatabase() });
      const set = { name: 'drives', is_scene: true, use_privacy_mode: true };
      scenesId = (await call('dataset/create', set)).body.dataset_id;
      await call(`${scenesId}/upload_scenes`, { scenes: [sized('drive/1', 4), sized('drive/2', 1)] });
      await call(`${scenesId}/upload_video_scenes`, { scenes: [videoScene('clip', 3)] });
      const cuboid = (frame: number) => ({
        reference_id: `drive/1/cloud/${frame}`,
        type: 'cuboid',
        label: 'car',
        annotation_id: 'c',
        track_reference_id: 'drive/1/car',
        // the camera of the scene looks along z
        geometry: { position: { x: 1, y: 2.5, z: 10 + frame }, dimensions: { x: 2, y: 2, z: 2 }, yaw: 0 },
      });
      await call(`dataset/${scenesId}/annotate`, { annotations: [0, 1, 3].map(cuboid) });
      await call(`dataset/${dashboard.datasetId}/annotate`, { annotations: boxes(['crack', 'crack', 'dirt']) });
      const { model_id } = (await call('models/add', { name: 'blade-net v4', reference_id: 'net', metadata: {} })).body;
      const annotations = boxes(['crack', 'rust']).map((box) => ({ ...box, confidence: 0.9 }));
      await call(`dataset/${dashboard.datasetId}/model/${model_id}/uploadPredictions`, { annotations });
    });
    afterAll(async () => {
      await dashboard.close();
      await browser.close();
    });

    const call = (path: string, body: object) =>
      send(`${dashboard.cloud.url}/v1/nucleus/${path}`, { key: dashboard.cloud.adminKey, body });
    const boxes = (labels: string[]) =>
      labels.map((label, at) => ({
        reference_id: items[at]?.reference_id,
        type: 'box',
        label,
        annotation_id: `${at}`,
        geometry: { x: 5, y: 5, width: 20, height: 20 },
      }));
    const fits = (page: Page): Promise<boolean> =>
      page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

    test('a scene is found, stepped through by key and slider, and shows cuboids where the camera sees them', async () => {
      const page = await dashboard.open(`/d/${scenesId}/scenes`);
      await page.getByRole('row', { name: /^clip video/ }).waitFor();
      await page.getByLabel('Query over scenes').fill('metadata.site = yard');
      await page.getByRole('button', { name: 'Find' }).click();
      await page.getByRole('row', { name: /^clip/ }).waitFor({ state: 'detached' });
      await page.getByLabel('Query over scenes').fill('metadata.nothing = 1');
      await page.getByRole('button', { name: 'Find' }).click();
      await page.getByRole('alert').getByText('There is no field "nothing"').waitFor();
      await page.getByLabel('Query over scenes').fill('');
      await page.getByRole('button', { name: 'Find' }).click();
      await page.getByRole('link', { name: 'drive/1' }).click();
      const frames = page.getByRole('region', { name: 'Frames' });
      await frames.getByText('1 of 4').waitFor();
      const track = frames.getByRole('button', { name: 'Track drive/1/car, car, frames 1 to 2, 4' });
      await track.waitFor();
      await page.getByRole('link', { name: 'front, drive/1/front/0, 1 label' }).waitFor();
      const ground = page.getByRole('img', { name: '1 cuboid from above, lines every 0.5' });
      await ground.waitFor();
      await page.keyboard.press('ArrowRight');
      await frames.getByText('2 of 4').waitFor();
      await page.getByRole('link', { name: 'front, drive/1/front/1, 1 label' }).waitFor();
      await track.click();
      await frames.getByText('4 of 4').waitFor();
      expect(new URL(page.url()).searchParams.get('frame')).toBe('4');
      await frames.getByRole('slider', { name: 'Frame' }).fill('2');
      await page.getByRole('region', { name: 'Annotations of the frame' }).getByText('This frame has none.').waitFor();
      await page.reload();
      await frames.getByText('3 of 4').waitFor();
      await frames.getByRole('button', { name: 'Play' }).click();
      await frames.getByText('4 of 4').waitFor();
      await frames.getByRole('button', { name: 'Play' }).waitFor();
      // the large view of the camera's picture shows them as well
      await page.getByRole('link', { name: /^front, drive/ }).click();
      const large = page.getByRole('button', { name: 'Large view (Enter)' });
      await large.and(page.locator(':enabled')).click();
      await page.locator('.stage .label-canvas[aria-label^="1 label"]').waitFor();
      await page.goto(`${dashboard.cloud.url}/d/${scenesId}/scenes/nobody`);
      await page.getByText('This scene is not here').waitFor();
    });

    test('examples become an autotag, whose threshold moves what is tagged, and whose refinement trains it anew', async () => {
      const page = await dashboard.open(`/d/${dashboard.datasetId}`);
      await page.locator('#tile-0').waitFor();
      await page.locator('.grid').press('x');
      await page.getByText('1 selected').waitFor();
      await page.getByRole('button', { name: 'Autotag R' }).waitFor();
      await page.locator('.grid').press('r');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'What these items show' }).fill('night shift');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: /^night shift/ }).waitFor();
      const tagged = page.getByRole('listbox', { name: 'Tagged items' });
      await tagged.getByRole('option').first().waitFor({ timeout: shortly });
      const scores = async () => (await tagged.locator('.refine-score').allInnerTexts()).map(Number);
      const found = await scores();
      expect(found.length).toBeGreaterThan(0);
      expect(found).toEqual(found.toSorted((a, b) => b - a));
      expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
      await page.getByRole('slider', { name: 'Threshold' }).fill('-1');
      await page.getByText(`${amount} tagged at -1.00 and above`).waitFor();
      // one of the other kind is no example, and one of this kind is
      await tagged
        .getByRole('option')
        .nth(amount - 1)
        .click();
      const last = (await tagged.locator('.refine-tile.cur').getAttribute('aria-label'))?.split(',')[0];
      await tagged.press('r');
      await tagged.press('Home');
      await tagged.press('ArrowRight');
      await tagged.press('a');
      const bar = page.getByRole('toolbar', { name: 'Refinement' });
      await bar.getByText('1 accepted, 1 rejected').waitFor();
      await tagged.press('t');
      await bar.waitFor({ state: 'detached', timeout: shortly });
      await page.getByText('2 positive examples').waitFor({ timeout: shortly });
      const scored = await eventually('the refined scores', shortly, async () => {
        const { body } = await call(`dataset/${dashboard.datasetId}/autotag/night%20shift/taggedItems`, {});
        const refs: string[] = (body.autotagItems ?? []).map(({ ref_id }: any) => ref_id);
        return refs.length === nights.length ? refs : undefined;
      });
      expect(scored.toSorted()).toEqual(nights.toSorted());
      expect(scored).not.toContain(last);
      await page.goto(`${dashboard.cloud.url}/d/${dashboard.datasetId}/autotags`);
      const row = page.getByRole('row', { name: /^night shift ready/ });
      await row.getByRole('cell', { name: String(nights.length), exact: true }).waitFor();
      await row.getByRole('button', { name: 'Delete night shift' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete autotag' }).click();
      await page.getByText('No autotags yet').waitFor();
    });

    test('annotations and predictions stand side by side by class, and a class leads to its items', async () => {
      const page = await dashboard.open(`/d/${dashboard.datasetId}/models`, { theme: 'light', width: 400 });
      const cells = async (name: RegExp): Promise<string[]> =>
        (await page.getByRole('row', { name }).getByRole('cell').allInnerTexts()).map((text) =>
          text.replace(/\s+/g, ' '),
        );
      await page.getByRole('row', { name: /^rust/ }).waitFor();
      expect(await cells(/^crack/)).toEqual(['crack', 'box', '2 on 2', '1 on 1']);
      expect(await cells(/^dirt/)).toEqual(['dirt', 'box', '1 on 1', 'none']);
      expect(await cells(/^rust/)).toEqual(['rust', 'box', 'none', '1 on 1']);
      expect(await fits(page)).toBe(true);
      await page.getByRole('button', { name: 'blade-net v4', exact: true }).click();
      await page.getByRole('row', { name: /^rust/ }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'crack' }).click();
      await page.locator('.tile[aria-setsize="2"]').first().waitFor({ state: 'attached' });
      for (const path of ['scenes/drive%2F1', 'scenes']) {
        await page.goto(`${dashboard.cloud.url}/d/${scenesId}/${path}`);
        await page.getByText('drive/1').first().waitFor();
        expect(await fits(page), path).toBe(true);
      }
      await page.goto(`${dashboard.cloud.url}/d/${dashboard.datasetId}/scenes`);
      await page.getByText('No scenes yet').waitFor();
      await page.goto(`${dashboard.cloud.url}/d/${scenesId}/models`);
      await page.getByText('No model has run over this dataset').waitFor();
    });
  });
});

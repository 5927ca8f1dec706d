/** Uploads in the dashboard: a real Chromium, a real cloud; files that fail, pause and are tried again; a CSV from check to import. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard } from '../builders/a-dashboard.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { send } from '../contract/send.ts';

const many = 200;

describeWithChromium('uploads in the dashboard', () => {
  let browser: Browser;
  let dashboard: ADashboard;
  let pictures: PictureServer;
  let folder: string;
  let jpegs: Buffer[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'uploads-'));
    jpegs = await Promise.all(Array.from({ length: many }, (_, i) => aJpeg({ widthPx: 48, heightPx: 32, seed: i })));
    pictures = await aPictureServer({ '/0.jpg': jpegs[0] as Buffer, '/1.jpg': jpegs[1] as Buffer });
    browser = await aChromium();
    dashboard = await aDashboard(browser, [], { fetchAllow: [pictures.host] });
  });
  afterAll(async () => {
    await dashboard.close();
    await browser.close();
    await pictures.close();
    await rm(folder, { recursive: true, force: true });
  });

  const call = (path: string, body?: object) =>
    send(dashboard.cloud.url + path, { key: dashboard.cloud.adminKey, body });
  const aDataset = async (): Promise<string> =>
    (await call('/v1/nucleus/dataset/create', { name: 'yard' })).body.dataset_id;
  const filesIn = (page: Page) => page.getByLabel('Files', { exact: true }).and(page.locator('input'));
  const row = (page: Page, name: string) => page.locator('tr.upload-row', { hasText: name });
  const totals = (page: Page) => page.locator('.upload-totals');
  const size = async (datasetId: string) => (await call(`/v1/nucleus/dataset/${datasetId}/size`)).body.count;

  test('of 200 files one fails and is tried again, one is paused and goes on, and all arrive once', async () => {
    const datasetId = await aDataset();
    const page = await dashboard.open(`/d/${datasetId}/uploads`);
    const paths = await Promise.all(
      jpegs.map(async (jpeg, i) => {
        const path = join(folder, `file-${String(i).padStart(3, '0')}.jpg`);
        // One is large enough to be stopped on its way: bytes after the end of a picture are no part of it.
        await writeFile(path, i === 5 ? Buffer.concat([jpeg, Buffer.alloc(6_000_000)]) : jpeg);
        return path;
      }),
    );
    // The server does not answer for one file, as often as the page tries by itself.
    let refused = 0;
    await page.route('**/v1/uploads', async (route) => {
      const metadata = route.request().headers()['upload-metadata'] ?? '';
      if (!metadata.includes(Buffer.from('file-003.jpg').toString('base64')) || refused >= 4) return route.continue();
      refused += 1;
      return route.fulfill({
        status: 503,
        body: '{"error":"There is no room for this file at the moment."}',
        contentType: 'application/json',
      });
    });
    // And the large one is held until it was paused.
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let isHeld = true;
    await page.route('**/v1/uploads/*', async (route) => {
      if (route.request().method() === 'PATCH' && isHeld) await held;
      await route.continue().catch(() => undefined);
    });
    await filesIn(page).setInputFiles(paths);
    await row(page, 'file-005.jpg').getByRole('button', { name: 'Pause file-005.jpg' }).click();
    await row(page, 'file-005.jpg').getByText('paused', { exact: true }).waitFor();
    isHeld = false;
    goOn();
    await totals(page).getByText('198 done, 1 failed, 1 paused').waitFor({ timeout: 60_000 });
    expect(await row(page, 'file-003.jpg').textContent()).toContain('There is no room for this file at the moment.');
    expect(await size(datasetId)).toBe(198);
    await page.getByRole('button', { name: 'Retry failed' }).click();
    await row(page, 'file-005.jpg').getByRole('button', { name: 'Resume file-005.jpg' }).click();
    await totals(page).getByText('200 done', { exact: true }).waitFor({ timeout: 30_000 });
    expect(refused).toBe(4);
    expect(await size(datasetId)).toBe(200);
    const { db, close } = await openDatabase(dashboard.cloud.databaseUrl, () => undefined);
    const kept = await db.selectFrom('objects').select('sha256').execute();
    await close();
    for (const i of [0, 3, 199])
      expect(kept).toContainEqual({
        sha256: createHash('sha256')
          .update(jpegs[i] as Buffer)
          .digest('hex'),
      });
    expect(kept).toHaveLength(200);
  });

  test('what is no picture or too large is named before a byte is sent; a folder keeps its paths', async () => {
    const datasetId = await aDataset();
    const page = await dashboard.open(`/d/${datasetId}/uploads`);
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/v1/uploads')) asked.push(request.method());
    });
    await filesIn(page).evaluate((input: HTMLInputElement) => {
      const chosen = new DataTransfer();
      chosen.items.add(new File(['x'], 'notes.pdf', { type: 'application/pdf' }));
      chosen.items.add(new File([new Uint8Array(64 * 1024 * 1024 + 1)], 'huge.png', { type: 'image/png' }));
      chosen.items.add(new File([], 'empty.png', { type: 'image/png' }));
      input.files = chosen.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await totals(page).getByText('0 done, 3 failed').waitFor();
    expect(await page.locator('tr.upload-row td:nth-child(4)').allTextContents()).toEqual([
      ' Not a picture: application/pdf',
      ' Larger than 64 MiB',
      ' The file is empty.',
    ]);
    expect(asked).toEqual([]);
    await page.getByRole('button', { name: 'Remove notes.pdf' }).click();
    await totals(page).getByText('0 done, 2 failed').waitFor();
    await page.evaluate(
      ([bytes]) => {
        const chosen = new DataTransfer();
        chosen.items.add(
          new File([Uint8Array.from(atob(bytes ?? ''), (char) => char.charCodeAt(0))], 'dropped.jpg', {
            type: 'image/jpeg',
          }),
        );
        document
          .querySelector('.drop')
          ?.dispatchEvent(new DragEvent('drop', { dataTransfer: chosen, bubbles: true, cancelable: true }));
      },
      [(jpegs[0] as Buffer).toString('base64')],
    );
    await row(page, 'dropped.jpg').getByText('ready').waitFor();
    await mkdir(join(folder, 'tree', 'inner'), { recursive: true });
    await writeFile(join(folder, 'tree', 'inner', 'deep.jpg'), jpegs[1] as Buffer);
    await writeFile(join(folder, 'tree', '.hidden.jpg'), 'x');
    await page.locator('input[aria-label="Folder"]').setInputFiles(join(folder, 'tree'));
    await row(page, 'tree/inner/deep.jpg').getByText('ready').waitFor();
    await totals(page).getByText('2 done, 2 failed').waitFor();
    await page.setViewportSize({ width: 400, height: 800 });
    const said = await row(page, 'empty.png').getByText('The file is empty.').boundingBox();
    expect((said?.x ?? 400) + (said?.width ?? 0), 'why it failed is on a narrow screen').toBeLessThanOrEqual(400);
    const uploads = await new AxeBuilder({ page }).analyze();
    expect(uploads.violations.map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
  });

  test('a CSV is checked, shown, imported and reported', async () => {
    const datasetId = await aDataset();
    const page = await dashboard.open(`/d/${datasetId}/uploads`);
    const path = join(folder, 'sites.csv');
    await writeFile(
      path,
      `attachment_url,reference_id,site\n${pictures.origin}/0.jpg,a,1\n${pictures.origin}/1.jpg,b,2\nftp://x/y,c,3\n`,
    );
    await filesIn(page).setInputFiles(path);
    await page.getByRole('button', { name: 'Import 2 rows' }).waitFor();
    expect(await size(datasetId)).toBe(0);
    expect(await page.locator('.csv-problems').textContent()).toContain('"ftp" is not supported');
    const axe = await new AxeBuilder({ page }).analyze();
    expect(axe.violations.map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
    await page.getByRole('button', { name: 'Import 2 rows' }).click();
    await page.getByRole('heading', { name: 'CSV import' }).waitFor();
    expect(await size(datasetId)).toBe(2);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Report' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('import-report.csv');
  });

  test('a privacy-mode dataset has no place to drop anything', async () => {
    const page = await dashboard.open(`/d/${dashboard.datasetId}/uploads`);
    await page.getByRole('heading', { name: 'Its pixels stay with the agent' }).waitFor();
    expect(await page.locator('.drop').count()).toBe(0);
  });
});

/** What a person does, on both databases: tag all and undo, query to slice to export, duplicates to resolved, upload to error to retry. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard, yardItems } from '../builders/a-dashboard.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';

const items = yardItems(60);
const hash = (...bits: number[]): string =>
  Array.from({ length: 64 }, (_, at) => (bits.includes(at) ? '1' : '0')).join('');
/** Three groups of two: copies 0 bits, 1 bit and 3 bits apart, the second of each larger. */
const pairs = [
  [hash(1), hash(1)],
  [hash(20, 21, 22, 23, 24, 25), hash(20, 21, 22, 23, 24)],
  [hash(40, 41, 42, 43, 44, 45, 46), hash(43, 44, 45, 46)],
];
for (const [at, pair] of pairs.entries()) {
  for (const [side, phash] of pair.entries()) {
    const item = items[at * 2 + side];
    if (item !== undefined) Object.assign(item, { phash, width: 400 * (side + 1), height: 300 * (side + 1) });
  }
}
const shortly = 15_000;

describeWithChromium('journeys through the dashboard', () => {
  onEachDatabase('from finding to a decision', (openDatabase) => {
    let browser: Browser;
    let dashboard: ADashboard;
    let pictures: PictureServer;
    let folder: string;
    const complaints: string[] = [];
    beforeAll(async () => {
      browser = await aChromium();
      folder = await makeTempFolder('journeys');
      pictures = await aPictureServer({ '/crane.jpg': await aJpeg({ seed: 3 }) });
      dashboard = await aDashboard(browser, items, { database: await openDatabase(), fetchAllow: [pictures.host] });
    });
    afterAll(async () => {
      await dashboard.close();
      await browser.close();
      await pictures.close();
      await removeFolder(folder);
    });

    const open = async (path = ''): Promise<Page> => {
      const page = await dashboard.open(`/d/${dashboard.datasetId}${path}`);
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      return page;
    };
    const found = async (query: string): Promise<string[]> => {
      const body = { offset: 0, limit: 500, query };
      const answer = await send(`${dashboard.cloud.url}/v1/insights/${dashboard.datasetId}/tiles`, {
        key: dashboard.cloud.adminKey,
        body,
      });
      return answer.body.tiles?.map((tile: { ref: string }) => tile.ref) ?? [];
    };
    const holds = async (query: string, count: number): Promise<void> => {
      let seen: number | undefined;
      await eventually(`${query} to find ${count}`, shortly, async () => {
        seen = (await found(query)).length;
        return seen === count ? true : undefined;
      }).catch(() => undefined);
      expect({ query, seen }).toEqual({ query, seen: count });
    };
    const refOf = (at: number): string => items[at]?.reference_id ?? '';

    test('all results are tagged from the keyboard, shown on the tiles, found, and undone with Ctrl Z', async () => {
      const page = await open('?q=camera_make+%3D+sony');
      await page.locator('#tile-0').waitFor();
      await page.locator('.grid').press('Control+a');
      await page.keyboard.press('t');
      await page.getByRole('dialog', { name: 'Tag 15 items' }).waitFor();
      await page.keyboard.type('to check');
      await page.keyboard.press('Enter');
      await page.getByText('Tagged 15 items: to check.').waitFor();
      await holds('tag = "to check"', 15);
      await page.locator('#tile-0 .tags').waitFor();
      const facet = page.getByRole('region', { name: 'tags' });
      await facet.getByRole('button', { name: 'to check, 15' }).click();
      await page.getByText('camera_make = sony').first().waitFor();
      expect(new URL(page.url()).searchParams.get('q')).toBe('camera_make = sony AND tag = "to check"');
      await page.keyboard.press('Control+z');
      await page.getByText('Undone for 15 items.').waitFor();
      await holds('tag = "to check"', 0);
    });

    test('chosen items become a slice that is renamed, exported and deleted', async () => {
      const page = await open();
      await page.locator('#tile-2').click({ modifiers: ['Control'] });
      await page.locator('#tile-4').click({ modifiers: ['Control'] });
      await page.keyboard.press('l');
      await page.getByRole('dialog', { name: 'Slice of 2 items' }).waitFor();
      await page.keyboard.type('two of them');
      await page.keyboard.press('Enter');
      await page.getByText('Saved slice two of them.').waitFor();
      await page.getByRole('link', { name: 'Slices' }).click();
      await page.getByRole('button', { name: 'Rename two of them' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('both');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'both', exact: true }).click();
      await page.getByText('2 items', { exact: false }).first().waitFor();
      expect(await found(new URL(page.url()).searchParams.get('q') ?? '')).toEqual([refOf(2), refOf(4)]);
      await page.locator('.grid').press('Control+a');
      await page.keyboard.press('e');
      const download = page.waitForEvent('download');
      await page
        .getByRole('dialog', { name: 'Export 2 items' })
        .getByRole('link', { name: 'Download' })
        .first()
        .click();
      const csv = await readFile(await (await download).path(), 'utf8');
      expect(csv.split('\n').filter((line) => line.includes('.jpg')).length).toBe(2);
      expect([refOf(2), refOf(4)].filter((ref) => !csv.includes(ref))).toEqual([]);
      await page.keyboard.press('Escape');
      await page.goBack();
      await page.getByRole('button', { name: 'Delete both' }).click();
      await page.getByRole('button', { name: 'Delete slice' }).click();
      await page.getByText('No slices yet').waitFor();
    });

    test('a duplicate group is decided by Enter, the rest at once after a preview, and all of it is undone', async () => {
      const page = await open('/duplicates');
      const group = (number: number) => page.getByRole('region', { name: `Group ${number}`, exact: true });
      await group(3).waitFor();
      expect(await group(1).textContent()).toMatch(
        /Keep this one: it has the most pixels, 800 × 600 against 400 × 300\./,
      );
      await page.keyboard.press('Enter');
      await page.getByText('1 kept, 1 item archived.').waitFor();
      await holds('tag = keep', 1);
      const [firstKept] = await found('tag = keep');
      expect(items.find((item) => item.reference_id === firstKept)?.width).toBe(800);
      await group(2).waitFor();
      await page.getByText('1 of 3 groups decided').waitFor();
      await page.getByRole('button', { name: 'Accept all suggestions…' }).click();
      await page.getByText('Of 2 groups, 2 items would be tagged').waitFor();
      await page.getByRole('button', { name: 'Archive 2' }).click();
      await page.getByText('Every group is decided').waitFor();
      expect((await found('tag = archived')).toSorted()).toEqual([refOf(0), refOf(2), refOf(4)].toSorted());
      await page.keyboard.press('Control+z');
      await group(2).waitFor();
      await holds('tag = archived', 1);
      await page.keyboard.press('Control+z');
      await holds('tag = archived', 0);
      await group(1).waitFor();
    });

    test('a file and an address of an upload fail, say why, and are there after a retry', async () => {
      const key = dashboard.cloud.adminKey;
      const call = (path: string, body?: object) => send(`${dashboard.cloud.url}/v1/${path}`, { key, body });
      const { dataset_id } = (await call('nucleus/dataset/create', { name: 'by hand' })).body;
      const page = await dashboard.open(`/d/${dataset_id}/uploads`);
      page.on('pageerror', (error) => complaints.push(error.message));
      const files = page.getByLabel('Files', { exact: true }).and(page.locator('input'));
      const [file, list] = [join(folder, 'yard.jpg'), join(folder, 'cranes.csv')];
      await writeFile(file, await aJpeg({ seed: 4 }));
      const csvRow = (name: string) => `${pictures.origin}/${name}.jpg,${name}`;
      await writeFile(list, ['attachment_url,reference_id', csvRow('crane'), csvRow('dead')].join('\n'));

      // What became of the file is asked once in vain.
      let isAnswered = false;
      await page.route('**/v1/uploads/*', (route) => {
        if (isAnswered || route.request().method() !== 'GET') return route.continue();
        isAnswered = true;
        const body = JSON.stringify({ error: 'The server is busy.', code: 'overloaded' });
        return route.fulfill({ status: 503, contentType: 'application/json', body });
      });
      await files.setInputFiles(file);
      const row = page.locator('tr.upload-row', { hasText: 'yard.jpg' });
      await row.getByText('The server is busy.').waitFor();
      await page.getByRole('button', { name: 'Retry failed' }).click();
      await row.getByText('ready').waitFor();
      await files.setInputFiles(list);
      await page.getByRole('button', { name: 'Import 2 rows' }).click();
      await page.getByRole('heading', { name: 'CSV import' }).waitFor();
      await page.locator('.csv-problems').getByText('The address answered 404.').waitFor();

      await page.goto(`${dashboard.cloud.url}/d/${dataset_id}`);
      await page.getByRole('option', { name: /^dead, Not fetched/ }).click();
      const stored = page.getByRole('region', { name: 'Stored picture' });
      await stored.getByText('fetch_not_found').waitFor();
      pictures.answer('/dead.jpg', await aJpeg({ seed: 5 }));
      await stored.getByRole('button', { name: 'Fetch again' }).click();
      await stored.getByText('Ready', { exact: true }).waitFor();
      const tiles = (await call(`insights/${dataset_id}/tiles`, { offset: 0, limit: 9, query: '' })).body.tiles;
      expect(tiles.map(({ ref, p, a }: any) => [ref, p, a])).toEqual(
        ['yard.jpg', 'crane', 'dead'].map((ref) => [ref, true, undefined]),
      );
    });

    test('nothing of it offends the content security policy or fails in the page', () => {
      expect(complaints).toEqual([]);
    });
  });
});

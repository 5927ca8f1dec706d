/**
 * What a person does from finding to a decision, on both databases: tag all and undo, query to slice to export, duplicates to resolved, an
 * agent suspended to confirmed, upload to error to retry.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADecidingDashboard, aDecidingDashboard, pairedItems } from '../builders/a-deciding-dashboard.ts';
import { aJpeg, distinctJpegs } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { aProgram } from '../builders/a-process.ts';
import { aTempFolder, makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';
import { aFreePort, agentCommand } from '../builders/an-agent-process.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';

describeWithChromium('journeys through the dashboard', () => {
  onEachDatabase('from finding to a decision', (openDatabase) => {
    let browser: Browser;
    let dashboard: ADecidingDashboard;
    let pictures: PictureServer;
    beforeAll(async () => {
      browser = await aChromium();
      pictures = await aPictureServer({ '/crane.jpg': await aJpeg({ seed: 3 }) });
      const options = { database: await openDatabase(), fetchAllow: [pictures.host] };
      dashboard = await aDecidingDashboard(browser, pairedItems(60), options);
    });
    afterAll(async () => {
      await dashboard.close();
      await browser.close();
      await pictures.close();
    });

    test('all results are tagged from the keyboard, shown on the tiles, found, and undone with Ctrl Z', async () => {
      const page = await dashboard.openDataset('?q=camera_make+%3D+sony');
      await page.locator('#tile-0').waitFor();
      await page.locator('.grid').press('Control+a');
      await page.keyboard.press('t');
      await page.getByRole('dialog', { name: 'Tag 15 items' }).waitFor();
      await page.keyboard.type('to check');
      await page.keyboard.press('Enter');
      await page.getByText('Tagged 15 items: to check.').waitFor();
      await dashboard.holds('tag = "to check"', 15);
      await page.locator('#tile-0 .tags').waitFor();
      const facet = page.getByRole('region', { name: 'tags' });
      await facet.getByRole('button', { name: 'to check, 15' }).click();
      await page.waitForURL((url) => url.searchParams.get('q') === 'camera_make = sony AND tag = "to check"');
      await page.keyboard.press('Control+z');
      await page.getByText('Undone for 15 items.').waitFor();
      await dashboard.holds('tag = "to check"', 0);
    });

    test('chosen items become a slice that is renamed, exported and deleted', async () => {
      const page = await dashboard.openDataset();
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
      await page.locator('.find-count:not(.stale) b', { hasText: /^2$/ }).waitFor();
      expect(await dashboard.found(new URL(page.url()).searchParams.get('q') ?? '')).toEqual([
        dashboard.refOf(2),
        dashboard.refOf(4),
      ]);
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
      expect([dashboard.refOf(2), dashboard.refOf(4)].filter((ref) => !csv.includes(ref))).toEqual([]);
      await page.keyboard.press('Escape');
      await page.goBack();
      await page.getByRole('button', { name: 'Delete both' }).click();
      await page.getByRole('button', { name: 'Delete slice' }).click();
      await page.getByText('No slices yet').waitFor();
    });

    test('a duplicate group is decided by Enter, the rest at once after a preview, and all of it is undone', async () => {
      const page = await dashboard.openDataset('/duplicates');
      const group = (number: number) => page.getByRole('region', { name: `Group ${number}`, exact: true });
      await group(3).waitFor();
      expect(await group(1).textContent()).toMatch(
        /Keep this one: it has the most pixels, 800 × 600 against 400 × 300\./,
      );
      await page.keyboard.press('Enter');
      await page.getByText('1 kept, 1 item archived.').waitFor();
      await dashboard.holds('tag = keep', 1);
      const [firstKept] = await dashboard.found('tag = keep');
      expect(dashboard.items.find((item) => item.reference_id === firstKept)?.width).toBe(800);
      await group(2).waitFor();
      await page.getByText('1 of 3 groups decided').waitFor();
      await page.getByRole('button', { name: 'Accept all suggestions…' }).click();
      await page.getByText('Of 2 groups, 2 items would be tagged').waitFor();
      await page.getByRole('button', { name: 'Archive 2' }).click();
      await page.getByText('Every group is decided').waitFor();
      await dashboard.holds('tag = archived', 3);
      expect((await dashboard.found('tag = archived')).toSorted()).toEqual(
        [dashboard.refOf(0), dashboard.refOf(2), dashboard.refOf(4)].toSorted(),
      );
      await page.keyboard.press('Control+z');
      await group(2).waitFor();
      await dashboard.holds('tag = archived', 1);
      await page.keyboard.press('Control+z');
      await dashboard.holds('tag = archived', 0);
      await group(1).waitFor();
    });

    test('an agent says that its folder is gone, then that files vanished, and goes on once a person has confirmed', async () => {
      const { cloud } = dashboard;
      const home = await makeTempFolder('held');
      const [folder, away, data] = ['yard-2', 'elsewhere', 'agent'].map((name) => join(home, name)) as [string, string, string]; // biome-ignore format: short
      await mkdir(folder);
      const jpegs = await distinctJpegs(60);
      await Promise.all(jpegs.map((jpeg, at) => writeFile(join(folder, `f${at}.jpg`), jpeg)));
      const settings = {
        data,
        listen: `127.0.0.1:${await aFreePort()}`,
        cloud: { url: cloud.url },
        scan: { interval_s: 1, settle_ms: 100, delete_grace_ms: 300 },
        extract: { processes: 1 },
        sync: { heartbeat_s: 1 },
        sources: [{ alias: 'archive', folder, dataset: 'archive' }],
      };
      // YAML is a superset of JSON
      await writeFile(join(home, 'agent.yaml'), JSON.stringify({ agent: settings }));
      const agent = aProgram('agent', ['run', '--config', join(home, 'agent.yaml')], {
        env: { NUCLEUS_AGENT_KEY: await cloud.makeKey({ scopes: ['agent'] }) },
      });
      onTestFinished(async () => {
        await agent.stop();
        await removeFolder(home);
      });
      const call = async (path: string) => (await send(cloud.url + path, { key: cloud.adminKey })).body;
      const reports = (state: object) =>
        eventually(`the report ${JSON.stringify(state)}`, 30_000, async () => {
          const source = (await call('/v1/agents')).agents[0]?.sources[0];
          return Object.entries(state).every(([name, value]) => source?.health?.[name] === value) ? source : undefined;
        });
      const { dataset_id: id } = await reports({ state: 'live', catalogued: 60, queued: 0 });
      const kept = async () => (await call(`/v1/nucleus/dataset/${id}/size`)).count;
      expect(await kept()).toBe(60);

      await rename(folder, away);
      await reports({ state: 'suspended', reason: 'root-missing' });
      const page = await dashboard.open('/agents');
      const told = page.getByRole('main').getByRole('alert');
      const suspended = told.filter({
        hasText: /suspended source "archive": the folder is missing\. 60 items are kept as they are/,
      });
      await suspended.waitFor();
      expect(await kept()).toBe(60);
      await rename(away, folder);
      await reports({ state: 'live', catalogued: 60 });
      await page.reload();
      await page.getByRole('row', { name: /archive.* Live 60 60/ }).waitFor();
      await suspended.waitFor({ state: 'detached' });

      for (let at = 0; at < 55; at += 1) await rm(join(folder, `f${at}.jpg`));
      await reports({ held_deletions: 55 });
      await page.reload();
      const held = told.filter({ hasText: '55 deletions held in "archive".' });
      await held.waitFor();
      await page.getByRole('row', { name: /archive.* Deletions held/ }).waitFor();
      await page.getByRole('link', { name: /^Agents \d+ need attention$/ }).waitFor();
      expect(await kept()).toBe(60);
      // the operator runs what the page shows, on the agent's host
      const [program, ...words] = ((await held.locator('.cmd span').textContent()) ?? '').split(' ');
      expect(program).toBe('nucleus-agent');
      const confirmed = await agentCommand(data, ...words);
      expect([confirmed.exit, confirmed.stdout]).toEqual([0, expect.stringContaining('55 deletions confirmed')]);
      await held.waitFor({ state: 'detached' });
      await page.getByRole('row', { name: /archive.* Live 5 5/ }).waitFor();
      await eventually('the cloud to let them go', 30_000, async () => ((await kept()) === 5 ? true : undefined));
    });

    test('a file and an address of an upload fail, say why, and are there after a retry', async () => {
      const folder = await aTempFolder('journeys');
      const key = dashboard.cloud.adminKey;
      const call = (path: string, body?: object) => send(`${dashboard.cloud.url}/v1/${path}`, { key, body });
      const { dataset_id } = (await call('nucleus/dataset/create', { name: 'by hand' })).body;
      const page = await dashboard.open(`/d/${dataset_id}/uploads`);
      const failed: string[] = [];
      page.on('pageerror', (error) => failed.push(error.message));
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
      expect(failed).toEqual([]);
    });

    test('nothing of it offends the content security policy or fails in the page', () => {
      expect(dashboard.complaints).toEqual([]);
    });
  });
});

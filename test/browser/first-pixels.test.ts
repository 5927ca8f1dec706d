import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFfmpeg } from '../../agent/src/extract/poster-frame.ts';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { aHeic } from '../builders/a-heic.ts';
import { aJpeg, aPng } from '../builders/a-picture.ts';
import { aPlayableVideo } from '../builders/a-playable-video.ts';
import type { RunningProgram } from '../builders/a-process.ts';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';
import { aFreePort, agentCommand, anAgentProcess } from '../builders/an-agent-process.ts';
import { type ACloud, aCloud } from '../contract/a-cloud.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';

const pages = fileURLToPath(new URL('../../cloud-api/dist/web', import.meta.url));
type Session = { session_id: string; kind: string };
const pictureCount = 12;
/** The pictures, a video, and a picture that no decoder takes. */
const itemCount = pictureCount + 2;
const video = { widthPx: 320, heightPx: 240, framesPerSecond: 10, frames: 20 };
const hostileName = `"><img src=x onerror="document.title='pwned'">.jpg`;

describeWithChromium('from sign-in to pixels', () => {
  onEachDatabase('a person at the dashboard', (open) => {
    let cloud: ACloud;
    let agent: RunningProgram;
    let browser: Browser;
    let context: BrowserContext;
    let home: string;
    let agentUrl: string;
    const problems: string[] = [];

    beforeAll(async () => {
      home = await makeTempFolder('pixels');
      const folder = join(home, 'pictures');
      await mkdir(folder);
      for (let seed = 0; seed < pictureCount - 1; seed++) {
        const picture =
          seed % 3 === 2
            ? await aPng({ widthPx: 200, heightPx: 300, seed })
            : await aJpeg({ widthPx: 480, heightPx: 320, seed });
        await writeFile(
          join(folder, `picture-${String(seed).padStart(2, '0')}.${seed % 3 === 2 ? 'png' : 'jpg'}`),
          picture,
        );
      }
      await writeFile(join(folder, hostileName), await aJpeg({ widthPx: 480, heightPx: 320, seed: 99 }));
      browser = await aChromium();
      cloud = await aCloud({ database: await open(), pages });
      const studio = await browser.newPage();
      await studio.goto(`${cloud.url}/sign-in`);
      await writeFile(join(folder, 'zoom.webm'), await aPlayableVideo(studio, video));
      await studio.close();
      await writeFile(join(folder, 'zz.heic'), aHeic({ widthPx: 400, heightPx: 300 }));
      agentUrl = `http://127.0.0.1:${await aFreePort()}`;
      context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      context.on('page', (page) => {
        page.on('pageerror', (error) => problems.push(error.message));
        page.on('dialog', (dialog) => problems.push(dialog.message()));
        page.on('request', (request) => {
          const { origin } = new URL(request.url());
          if (![cloud.url, agentUrl, 'null'].includes(origin)) problems.push(`third party: ${origin}`);
        });
      });
    });
    afterAll(async () => {
      await browser?.close();
      await agent?.stop();
      await cloud?.close();
      await removeFolder(home);
    });

    const tiles = (page: Page) => page.locator('.tile[role=option]');
    /** Where a tile stands and how large it is, seen from the first one. */
    async function placeInGrid(page: Page): Promise<object> {
      const [first, sixth] = await Promise.all([0, 5].map((at) => tiles(page).nth(at).boundingBox()));
      if (!first || !sixth) throw new Error('the tiles are not on screen');
      return { x: sixth.x - first.x, y: sixth.y - first.y, width: sixth.width, height: sixth.height };
    }
    const loadedPixels = (page: Page): Promise<number> =>
      page.evaluate(
        (from) =>
          [...document.images].filter((image) => image.src.startsWith(`${from}/m/`) && image.naturalWidth > 0).length,
        agentUrl,
      );
    async function aDataset(): Promise<Page> {
      const page = await context.newPage();
      await page.goto(await cloud.running.createSignInLink());
      await page.getByText('flow').first().click();
      await tiles(page)
        .nth(itemCount - 1)
        .waitFor();
      return page;
    }

    test('a first visit by a one-time link says how to begin; an agent that runs brings its data, and is approved', async () => {
      const page = await context.newPage();
      const link = await cloud.running.createSignInLink();
      await page.goto(link);
      await page
        .getByRole('region', { name: 'First steps' })
        .getByText(`nucleus-agent run \\ --source /path/to/pictures --dataset my-pictures \\ --cloud ${cloud.url}`)
        .waitFor();
      expect(page.url()).not.toContain(new URL(link).hash.slice(1));
      const { host } = new URL(agentUrl);
      const [folder, data] = [join(home, 'pictures'), join(home, 'agent')];
      const key = await cloud.makeKey({ scopes: ['agent'] });
      agent = anAgentProcess({ cloudUrl: cloud.url, key, folder, data, listen: host });
      await agent.printed(new RegExp(`${itemCount} sent, 0 waiting`));
      // the page that waits is not touched: the dataset comes to it
      await page.getByRole('link', { name: /^flow/ }).waitFor();
      await page.getByRole('link', { name: 'Agents', exact: true }).click();
      await page.getByRole('button', { name: `Approve ${host}` }).click();
      await page.getByRole('region', { name: host }).getByRole('link', { name: 'Open local viewer' }).waitFor();
      await page.close();
    });

    test('the grid shows every item as a blur, and no picture is asked for before consent', async () => {
      const page = await aDataset();
      expect(await tiles(page).count()).toBe(itemCount);
      expect(await loadedPixels(page)).toBe(0);
      await page.close();
    });

    test('after consent the pixels come from the agent, in place, until the session ends', async () => {
      const page = await aDataset();
      const refused: string[] = [];
      page.on('response', (response) => {
        if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
      });
      const before = await placeInGrid(page);
      const popup = context.waitForEvent('page');
      await page
        .getByRole('button', { name: /Show pixels/ })
        .first()
        .click();
      const connect = await popup;
      await connect.getByRole('button', { name: /Show pixels/ }).click();
      await page.waitForFunction(
        ([from, count]) =>
          [...document.images].filter((image) => image.src.startsWith(`${from}/m/`) && image.naturalWidth > 0).length >=
          Number(count),
        [agentUrl, pictureCount] as const,
      );
      expect(await placeInGrid(page)).toEqual(before);
      const sample = await page.evaluate(() => {
        const image = [...document.images].find((each) => each.naturalWidth > 0);
        return image && { widthPx: image.naturalWidth, heightPx: image.naturalHeight };
      });
      expect(Math.max(sample?.widthPx ?? 0, sample?.heightPx ?? 0)).toBeGreaterThanOrEqual(256);
      // a frame of the video where the agent can make one, and of what it cannot draw the reason, asked for without a failing request
      const film = page.getByRole('option', { name: /^zoom\.webm/ });
      if (findFfmpeg() === undefined) await film.getByText('No frame without ffmpeg').waitFor();
      else await film.locator('img.shown').waitFor();
      await page.getByRole('option', { name: /^zz\.heic, HEVC is not decoded here/ }).click();
      await page.locator('.item-picture').getByText('HEVC is not decoded here').waitFor();
      expect(refused).toEqual([]);
      await tiles(page).nth(3).click();
      await page.getByText('Perceptual hash', { exact: true }).waitFor();
      const axe = await new AxeBuilder({ page }).analyze();
      expect(
        axe.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id),
      ).toEqual([]);
      const listed = await agentCommand(join(home, 'agent'), 'sessions', 'list', '--json');
      const { sessions } = JSON.parse(listed.stdout.trim().split('\n').at(-1) ?? '') as { sessions: Session[] };
      for (const { session_id } of sessions) await agentCommand(join(home, 'agent'), 'sessions', 'revoke', session_id);
      expect(sessions.map(({ kind }) => kind)).toEqual(['dashboard']);
      // a picture of another size needs another link
      await tiles(page).nth(5).click();
      await page.getByText('session_expired').first().waitFor();
      await page.close();
    });

    test('a window of another origin gets no session', async () => {
      const opener = await context.newPage();
      const popup = context.waitForEvent('page');
      await opener.evaluate(
        (address) => void window.open(address),
        `${agentUrl}/connect?origin=${encodeURIComponent('https://evil.example')}&state=${'a'.repeat(22)}`,
      );
      const stranger = await popup;
      await stranger.getByRole('button', { name: /Show pixels/ }).click();
      await stranger.getByText('wrong_origin').waitFor();
      const answer = await send(`${agentUrl}/v1/connect`, {
        body: { origin: 'https://evil.example' },
        headers: { origin: agentUrl },
      });
      expect([answer.status, answer.body.code]).toEqual([403, 'origin-refused']);
      await opener.close();
    });

    test('the viewer opens by its code without any prompt, shows pixels and what left', async () => {
      const [, link] = await agent.printed(/Viewer: (\S+)/);
      const page = await context.newPage();
      await page.goto(link ?? '');
      await page.waitForFunction(
        ([from, count]) =>
          [...document.images].filter((image) => image.src.startsWith(`${from}/m/`) && image.naturalWidth > 0).length >=
          Number(count),
        [agentUrl, pictureCount] as const,
      );
      expect(page.url()).not.toContain('code=');
      await tiles(page).nth(2).click();
      await page.getByText('"reference_id"').first().waitFor();
      const axe = await new AxeBuilder({ page }).analyze();
      expect(
        axe.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id),
      ).toEqual([]);
      await page.close();
    });

    test('a video plays straight from the agent and steps by frames, until its viewer session is ended', async () => {
      const page = await aDataset();
      const at = (await tiles(page).evaluateAll((all) => all.map((tile) => tile.getAttribute('aria-label')))).findIndex(
        (name) => name?.startsWith('zoom.webm'),
      );
      expect(await tiles(page).nth(at).locator('.dur').textContent()).toBe('0:02');
      await tiles(page).nth(at).click();
      await page.locator('.grid').press('Enter');
      await page.getByText('The video stays inside.').waitFor();
      const popup = context.waitForEvent('page');
      await page.keyboard.press('p');
      await (await popup).getByRole('button', { name: /Show pixels/ }).click();
      await page.getByText('0:00 / 0:02').waitFor();
      const seconds = () =>
        page.locator('.video-view video').evaluate((element: HTMLVideoElement) => element.currentTime);
      const frame = (number: number) => page.getByText(`frame ${number}`, { exact: true }).waitFor();
      await page.locator('.video-view video').focus();
      for (const [key, number] of [
        ['>', 2],
        ['>', 3],
        ['.', 4],
        ['<', 3],
        ['5', 11],
        [',', 10],
      ] as const) {
        await page.keyboard.press(key);
        await frame(number);
      }
      expect(await seconds()).toBeCloseTo(0.95, 2);
      // it plays for a second, which a busy machine may look away from
      await page.locator('.video-view video').evaluate((element: HTMLVideoElement) => {
        element.loop = true;
      });
      await page.keyboard.press(' ');
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      await page.keyboard.press(' ');
      await page.keyboard.press('Escape');
      expect((await agentCommand(join(home, 'agent'), 'sessions', 'revoke', '--all')).output).toMatch(
        /ended, with every link/,
      );
      await tiles(page).nth(0).click();
      await page.locator('.grid').press('Enter');
      await page.getByText('The viewer session ended.').waitFor();
      await page.getByRole('button', { name: 'Connect again' }).waitFor();
      await page.close();
    });

    test('without the agent everything but pixels works, and the page says why', async () => {
      await agent.stop();
      const page = await aDataset();
      expect(await tiles(page).count()).toBe(itemCount);
      const popup = context.waitForEvent('page');
      await page
        .getByRole('button', { name: /Show pixels/ })
        .first()
        .click();
      await (await popup).close();
      await page.getByText('agent_offline').first().waitFor();
      await page.close();
    });

    test('no script of a hostile name ran, nothing threw, and nobody else was asked for anything', () => {
      expect(problems).toEqual([]);
    });
  });
});

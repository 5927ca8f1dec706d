/** The local viewer in a real Chromium: every page, by keyboard and pointer, with hostile names and tags, dark and light. */
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aScannedViewer, type ScannedViewer } from '../builders/a-scanned-viewer.ts';
import { hostileTexts } from '../builders/hostile-texts.ts';

const pages = fileURLToPath(new URL('../../agent/dist/web', import.meta.url));
const pictures = 24;
/** More than are drawn at a time. */
const folders = 60;

const finding = (query: string): string => `/find/${encodeURIComponent(new URLSearchParams({ q: query }).toString())}`;

describeWithChromium('the local viewer', () => {
  let viewer: ScannedViewer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let base: string;
  const problems: string[] = [];

  const watched = async (theme: 'dark' | 'light'): Promise<BrowserContext> => {
    const made = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: theme });
    made.on('page', (opened) => {
      opened.on('pageerror', (error) => problems.push(error.message));
      opened.on('dialog', (dialog) => problems.push(`dialog: ${dialog.message()}`));
      opened.on('request', (request) => {
        if (new URL(request.url()).origin !== base) problems.push(`third party: ${request.url()}`);
      });
    });
    return made;
  };
  const enter = async (into: BrowserContext): Promise<Page> => {
    const opened = await into.newPage();
    await opened.goto(`${base}/viewer/#code=${viewer.running.proxy.mintViewerCode()}`);
    await opened.locator('.tile[role=option]').first().waitFor();
    return opened;
  };
  const go = async (path: string): Promise<void> => {
    await page.goto(`${base}/viewer/#${path}`);
  };
  const found = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).first();

  beforeAll(async () => {
    const files: Record<string, Buffer | string> = { 'damaged.jpg': 'not a picture at all' };
    for (let seed = 0; seed < pictures; seed++) {
      const exif = { IFD0: { Artist: hostileTexts[seed % hostileTexts.length] ?? '', Make: 'Canon' } };
      const folder = seed % 2 === 0 ? 'na/block-07' : 'eu';
      files[`${folder}/picture-${String(seed).padStart(2, '0')}.jpg`] = await aJpeg({
        widthPx: 480,
        heightPx: 320,
        seed,
        exif,
      });
    }
    const hostile = await aJpeg({ widthPx: 96, heightPx: 64, seed: 99 });
    for (const [at, text] of hostileTexts.entries()) {
      const name = text.replaceAll('/', '∕').replaceAll('\0', '').slice(0, 60);
      files[`zz/${String(at % folders).padStart(2, '0')}/${name}${at}.jpg`] = hostile;
    }
    viewer = await aScannedViewer(files, { webRoot: pages });
    const sent = await viewer.ledger.append({
      kind: 'changes',
      urlPath: '/v1/agents/changes?fence=1',
      body: Buffer.from(
        '{"agent_id":"agt_1","source":"main","v":1}\n{"op":"put","ref":"<img src=x onerror=alert(1)>"}\n',
      ),
    });
    await viewer.ledger.appendResult(sent.n, 200);
    base = `http://127.0.0.1:${viewer.running.port}`;
    browser = await aChromium();
    context = await watched('dark');
    page = await enter(context);
  });
  afterAll(async () => {
    await browser?.close();
    await viewer?.close();
  });

  test('shows pixels of the grid without a prompt', async () => {
    await go(finding('path:na/**'));
    await found(`${pictures / 2} files`).waitFor();
    await page.waitForFunction(
      (least) =>
        [...document.images].filter(({ src, naturalWidth }) => src.includes('/m/') && naturalWidth > 0).length >= least,
      6,
    );
    // a tile says so once its picture has faded in, which is after the picture has a width
    await expect.poll(() => page.locator('.tile.pixel').count()).toBeGreaterThanOrEqual(6);
  });

  test('finds by a typed query with folders to choose from, and by the folder tree', async () => {
    await go('/');
    // the find before is gone: its text would take the place of what is typed
    await found(`${pictures + hostileTexts.length} files`).waitFor();
    const bar = page.getByRole('combobox', { name: 'Query' });
    await page.keyboard.press('/');
    await page.keyboard.type('path:na');
    await page.getByRole('option', { name: /na/ }).first().waitFor();
    await page.keyboard.press('Tab');
    await expect.poll(() => bar.inputValue()).toContain('na/**');
    await page.keyboard.press('Enter');
    await found(`${pictures / 2} files`).waitFor();
    expect(await page.getByRole('treeitem', { selected: true }).getAttribute('title')).toBe('na');
    await page.getByRole('treeitem', { selected: true }).press('ArrowRight');
    await page.getByRole('treeitem', { name: /block-07/ }).click();
    await page.locator('.chip', { hasText: 'na/block-07/**' }).waitFor();
    await page.getByRole('treeitem', { name: /block-07/ }).click();
    await page.locator('.chip').waitFor({ state: 'detached' });
    expect(await bar.inputValue()).toBe('');
    await page.getByRole('button', { name: /exception/ }).click();
    await page.getByText('unsupported-format').first().waitFor();
    await found('1 file').waitFor();
  });

  test('the folder tree draws the lines in sight alone, and keys reach the others', async () => {
    await go('/');
    const line = (name: RegExp) => page.getByRole('treeitem', { name });
    await line(/^zz/).press('ArrowRight');
    await line(/^00/).waitFor();
    await line(/^zz/).press('End');
    const focused = page.locator('[role=treeitem]:focus');
    await focused.getByText('59', { exact: true }).waitFor();
    expect(await page.getByRole('treeitem').count()).toBeLessThan(folders);
    expect([await focused.getAttribute('aria-posinset'), await focused.getAttribute('aria-level')]).toEqual([
      '60',
      '3',
    ]);
    await page.keyboard.press('ArrowLeft');
    await focused.getByText('zz', { exact: true }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await line(/^00/).waitFor({ state: 'detached' });
  });

  test('a refused query is underlined, says why, and is mended by a click', async () => {
    await go(finding('widht > 10'));
    await page.getByRole('alert').getByRole('button', { name: 'width' }).click();
    await found(`${pictures + hostileTexts.length} files`).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('a file opens on the whole page: zoom and pan, all tags, levels, and back', async () => {
    await go(finding('path:eu/**'));
    await found(`${pictures / 2} files`).waitFor();
    await page.locator('#tile-0').click();
    await page.getByText('Nothing has left yet').waitFor();
    await page.keyboard.press('o');
    const picture = page.locator('.zoom-picture');
    await picture.locator('img.shown').first().waitFor();
    const scale = page.locator('.zoom-scale');
    const fit = await scale.textContent();
    for (let i = 0; i < 4; i++) await page.keyboard.press('+');
    const before = await picture.boundingBox();
    await page.keyboard.press('ArrowRight');
    const after = await picture.boundingBox();
    expect([await scale.textContent(), (after?.x ?? 0) < (before?.x ?? 0)]).not.toEqual([fit, false]);
    await page.keyboard.press('0');
    expect(await scale.textContent()).toBe(fit);
    await page.locator('.zoom-view').hover();
    await page.mouse.wheel(0, -300);
    await expect.poll(() => scale.textContent()).not.toBe(fit);
    await page.keyboard.press('0');
    await page.getByRole('tab', { name: 'All tags' }).click();
    await page.getByText('Canon', { exact: true }).first().waitFor();
    await page.getByRole('tab', { name: 'Levels' }).click();
    await page.getByRole('region', { name: 'Level minimal' }).getByText('nothing', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Level standard' }).locator('canvas').waitFor();
    await page.keyboard.press('l');
    await page.getByText('2 of 12').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#tile-1.cur').waitFor();
    expect(await page.locator('.tile.cur').count()).toBe(1);
  });

  test('a link is shared, opens its file, and is revoked under sessions', async () => {
    await page.locator('#tile-0').click();
    await page.getByRole('button', { name: 'Share link' }).click();
    await page.getByRole('button', { name: 'Make the link' }).click();
    const url = await page.locator('.cmd span').textContent();
    const status = async (): Promise<number> => (await fetch(url ?? '')).status;
    expect(await status()).toBe(200);
    await page.keyboard.press('Escape');
    await go('/sessions');
    await page
      .getByRole('row', { name: /Shared link/ })
      .getByRole('button', { name: /End/ })
      .click();
    await page.getByRole('row', { name: /Shared link/ }).waitFor({ state: 'detached' });
    expect(await status()).toBe(404);
  });

  test('the ledger is verified and read', async () => {
    await go('/ledger');
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('The chain is whole.').waitFor();
    await page.getByRole('link', { name: '1', exact: true }).click();
    await page.getByText('"<img src=x onerror=alert(1)>"').waitFor();
    expect(await page.locator('.chain .on').textContent()).toContain('1');
    await page.keyboard.press('Escape');
    await page.locator('.chain').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.keyboard.type('<img src=x');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: '1 place in 1 attempt' }).waitFor();
    expect(await page.locator('mark').textContent()).toBe('<img src=x');
    await page.locator('.found-attempt').click();
    expect(await page.getByRole('searchbox', { name: 'Search the body' }).inputValue()).toBe('<img src=x');
    await page.getByRole('searchbox', { name: 'Search everything that left' }).fill('nowhere');
    await page.keyboard.press('Enter');
    await page.getByText('That never left').waitFor();
  });

  test('duplicates are counted here', async () => {
    await go('/duplicates');
    await page.getByText('same bytes').first().waitFor();
    expect(await page.getByRole('heading', { level: 3 }).first().textContent()).toBe(`${hostileTexts.length} files`);
  });

  test('exceptions say why, and are read again', async () => {
    await go('/exceptions');
    await page.getByRole('button', { name: /Read damaged.jpg again/ }).click();
    await page.getByText('1 file read again, 0 can be catalogued now.').waitFor();
    expect(await page.locator('.exceptions tbody tr').textContent()).toContain('unsupported-format');
  });

  test.each(['dark', 'light'] as const)('axe finds no serious fault on any page, %s', async (theme) => {
    const other = await watched(theme);
    const at = await enter(other);
    const file = `/view/${viewer.keyOf('eu/picture-01.jpg')}`;
    const states: [string, string][] = [
      ['/', '.tile.pixel'],
      [`/file/${viewer.keyOf('eu/picture-01.jpg')}`, '.level-blurs canvas'],
      [file, '.zoom-picture img.shown'],
      ['/ledger/1', '.chain'],
      ['/exceptions', '.exceptions td'],
      ['/duplicates', '.dups-row .shown'],
      ['/sources', '.sum'],
      ['/sessions', 'td .btn'],
    ];
    for (const [path, reached] of theme === 'dark' ? states : states.filter((_, at) => at % 3 === 1)) {
      await at.goto(`${base}/viewer/#${path}`);
      await at.locator(reached).first().waitFor();
      const axe = new AxeBuilder({ page: at });
      // the themes differ in colours alone
      const { violations } = await (theme === 'dark' ? axe : axe.withRules(['color-contrast'])).analyze();
      const faults = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${path} ${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
      expect(faults).toEqual([]);
    }
    await other.close();
  });

  test('200 hostile names and tags run no script, on the grid and on their own pages', async () => {
    expect(new Set(hostileTexts).size).toBeGreaterThanOrEqual(200);
    await go(finding('path:zz/**'));
    await found(`${hostileTexts.length} files`).waitFor();
    for (let seen = 0; seen < hostileTexts.length; ) {
      seen = Number(await page.locator('.tile[role=option]').last().getAttribute('aria-posinset'));
      await page.locator('.grid').press('PageDown');
    }
    for (let i = 0; i < 4; i++) {
      await go(`/view/${viewer.keyOf(`eu/picture-${String(2 * i + 1).padStart(2, '0')}.jpg`)}`);
      await page.getByRole('tab', { name: 'All tags' }).click();
      await page.getByText('Artist', { exact: true }).waitFor();
    }
    expect(await page.evaluate(() => (window as { pwned?: unknown }).pwned)).toBeUndefined();
    expect(await page.evaluate("document.querySelectorAll('script:not([src])').length")).toBe(0);
  });

  test('the same texts do run where they are put into a page as they are', async () => {
    const other = await browser.newContext();
    const plain = await other.newPage();
    await plain.route('**/*', (route) => route.abort());
    await plain.setContent(hostileTexts.map((text) => `<p title="${text}">${text}</p>`).join(''));
    await expect.poll(() => plain.evaluate(() => (window as { pwned?: unknown }).pwned)).toBe(1);
    await other.close();
  });

  test('a session that is ended elsewhere closes the page and says how to get in again', async () => {
    await go('/sessions');
    await page.getByRole('button', { name: 'End all' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End all' }).click();
    await page.getByText('session_expired').waitFor();
    await page.getByLabel(/enter the viewer passcode/).fill('wrong');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText(/has no viewer passcode/).waitFor();
    expect(await page.locator('.tile').count()).toBe(0);
  });

  test('nothing threw, asked or called anybody else', () => {
    expect(problems).toEqual([]);
  });
});

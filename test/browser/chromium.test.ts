import { writeFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { aWebPage, type WebPage } from '../builders/a-web-page.ts';

const html = '<!doctype html><title>Hello</title><body style="background:#0a0"><h1 style="font:80px sans-serif">Pixels';

async function served(pages: Record<string, string>, headers?: Record<string, string>): Promise<WebPage> {
  const page = await aWebPage(pages, headers);
  onTestFinished(page.close);
  return page;
}

describeWithChromium('the Chromium of the tests', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await aChromium();
  });
  afterAll(() => browser.close());

  test('opens a page and paints it, text included', async () => {
    const site = await served({ '/': html });
    const page = await browser.newPage({ viewport: { width: 400, height: 200 } });
    await page.goto(site.origin);
    const picture = await page.screenshot();
    if (process.env.KEEP_SCREENSHOT) await writeFile(process.env.KEEP_SCREENSHOT, picture);
    const { channels, dominant } = await sharp(picture).stats();
    expect(await page.title()).toBe('Hello');
    expect(dominant.g).toBeGreaterThan(dominant.r + 100);
    expect(channels[1]?.min).toBeLessThan(60); // the letters are black: a font was found
    await page.close();
  });

  test('keeps web security on: another origin cannot be read', async () => {
    const site = await served({ '/': html });
    const other = await served({ '/secret': 'secret' });
    const page = await browser.newPage();
    await page.goto(site.origin);
    const read = page.evaluate((url) => fetch(url).then((reply) => reply.text()), `${other.origin}/secret`);
    await expect(read).rejects.toThrow(/Failed to fetch/);
    expect(other.requests).toEqual(['GET /secret']);
    await page.close();
  });

  test('obeys a content security policy', async () => {
    const page = await browser.newPage();
    const site = await served(
      { '/': '<title>a</title><script>document.title = "b"</script>' },
      {
        'content-security-policy': "script-src 'self'",
      },
    );
    await page.goto(site.origin);
    expect(await page.title()).toBe('a');
    await page.close();
  });
});

describeWithChromium('local network access', () => {
  test('is refused to a page that counts as public, and given with the permission', async () => {
    const site = await served({ '/': html });
    const agent = await served({ '/pixel': 'ok' }, { 'access-control-allow-origin': '*' });
    const browser = await aChromium([`--ip-address-space-overrides=127.0.0.1:${site.port}=public`]);
    onTestFinished(() => browser.close());
    const read = async (isGranted: boolean) => {
      const context = await browser.newContext();
      if (isGranted) await context.grantPermissions(['local-network-access'], { origin: site.origin });
      const page = await context.newPage();
      await page.goto(site.origin);
      const text = await page.evaluate(
        (url) => fetch(url).then((reply) => reply.text(), String),
        `${agent.origin}/pixel`,
      );
      return { text, seen: agent.requests.length };
    };
    expect(await read(false)).toEqual({ text: 'TypeError: Failed to fetch', seen: 0 });
    expect(await read(true)).toEqual({ text: 'ok', seen: 1 });
  });
});

/** How a page at another origin comes to pixels, and what each refusal says: in a real Chromium, with an agent that is published on a LAN name. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashPasscode } from '../../agent/src/proxy/passcode.ts';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { addFile, aProxy, type ProxyUnderTest } from '../builders/a-proxy.ts';
import { aFreePort } from '../builders/an-agent-process.ts';

const webRoot = fileURLToPath(new URL('../../agent/dist/web', import.meta.url));
const passcode = 'correct horse battery';

/** A server on a port of its own that keeps what browsers send it, and answers a page that can open the agent's window. */
async function aListener(): Promise<{
  origin: string;
  seen: { url: string; headers: IncomingHttpHeaders }[];
  close: () => void;
}> {
  const seen: { url: string; headers: IncomingHttpHeaders }[] = [];
  const server: Server = createServer((req, res) => {
    seen.push({ url: req.url ?? '', headers: req.headers });
    res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>page</title><body></body>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close: () => server.close() };
}

describeWithChromium('a page at another origin', () => {
  let running: ProxyUnderTest;
  let browser: Browser;
  let context: BrowserContext;
  let agent: string;
  let dashboard: Awaited<ReturnType<typeof aListener>>;
  let stranger: Awaited<ReturnType<typeof aListener>>;

  beforeAll(async () => {
    [dashboard, stranger] = [await aListener(), await aListener()];
    const port = await aFreePort();
    agent = `http://agent.test:${port}`;
    const picture = await aJpeg({ widthPx: 320, heightPx: 240, seed: 3 });
    running = await aProxy({
      listen: `127.0.0.1:${port}`,
      publicUrl: agent,
      dashboardOrigins: [dashboard.origin],
      passcodeHash: await hashPasscode(passcode),
      webRoot,
      makePreview: () => Promise.resolve(picture),
    });
    addFile(running, 'a.jpg', picture);
    browser = await aChromium(['--host-resolver-rules=MAP agent.test 127.0.0.1']);
    context = await browser.newContext();
  });
  afterAll(async () => {
    await browser?.close();
    await running?.close();
    dashboard?.close();
    stranger?.close();
  });

  /** Opens `/connect` as a dashboard does; what is posted to the opener lands in `window.got`. */
  async function ask(origin: string): Promise<{ opener: Page; window: Page }> {
    const opener = await context.newPage();
    await opener.goto(origin);
    const popup = context.waitForEvent('page');
    await opener.evaluate(
      ([address]) => {
        const mine = window as unknown as { got: unknown[] };
        mine.got = [];
        addEventListener('message', (event) => mine.got.push({ from: event.origin, ...event.data }));
        window.open(address);
      },
      [`${agent}/connect?origin=${encodeURIComponent(origin)}&state=${'s'.repeat(22)}`],
    );
    return { opener, window: await popup };
  }
  const got = (opener: Page) => opener.evaluate(() => (window as unknown as { got: Record<string, string>[] }).got);

  test('gets a session by the passcode, shows pixels with it, and is told when it has expired', async () => {
    const { opener, window } = await ask(dashboard.origin);
    await window.getByRole('button', { name: /Show pixels/ }).click();
    await window.getByLabel('Passcode').fill('wrong one');
    await window.getByRole('button', { name: 'Connect' }).click();
    await window.getByText('That passcode did not match.').waitFor();
    expect(await got(opener)).toEqual([]);
    await window.getByLabel('Passcode').fill(passcode);
    await window.getByRole('button', { name: 'Connect' }).click();
    await expect
      .poll(() => got(opener), { timeout: 20_000 })
      .toMatchObject([{ from: agent, type: 'nucleus-viewer-session', state: 's'.repeat(22) }]);
    const session = (await got(opener))[0]?.session ?? '';
    const links = () =>
      opener.evaluate(
        async ([address, bearer]) => {
          const reply = await fetch(`${address}/v1/media-links`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'authorization': `Bearer ${bearer}` },
            body: JSON.stringify({ items: [{ source: 'main', reference_id: 'a.jpg', variant: 'preview-256' }] }),
          });
          return { status: reply.status, code: reply.headers.get('x-error-code'), body: await reply.json() };
        },
        [agent, session],
      );
    const url = String((await links()).body.links[0].url);
    const widthPx = await opener.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return image.naturalWidth;
    }, url);
    expect(widthPx).toBe(320);
    running.clock.offset = 9 * 3600;
    expect(await links()).toMatchObject({ status: 401, code: 'unauthenticated' });
    running.clock.offset = 0;
    await opener.close();
  });

  test('that is not configured is refused by name, and gets nothing', async () => {
    const { opener, window } = await ask(stranger.origin);
    await window.getByRole('button', { name: /Show pixels/ }).click();
    await window.getByText('wrong_origin').waitFor();
    expect(await window.getByText(stranger.origin).count()).toBeGreaterThan(0);
    expect(await got(opener)).toEqual([]);
    await opener.close();
  });

  test('on another port of the same host sees no credential of the agent; a cookie it would see', async () => {
    const page = await context.newPage();
    const sniffer = await aListener();
    const local = `http://127.0.0.1:${running.port}`;
    await page.goto(`${local}/viewer/#code=${running.proxy.mintViewerCode()}`);
    await page.waitForFunction(() => sessionStorage.length > 0);
    const bearer = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
    await page.goto(`${sniffer.origin}/next-door`);
    await page.evaluate(() => fetch('/by-script', { credentials: 'include' }));
    expect(sniffer.seen.map(({ url }) => url)).toEqual(expect.arrayContaining(['/next-door', '/by-script']));
    const sent = JSON.stringify(sniffer.seen);
    const { session } = JSON.parse(JSON.parse(bearer)['nucleus.viewer']) as { session: string };
    expect(session.length).toBe(22);
    for (const secret of [session, '/m/', 'code=']) expect(sent).not.toContain(secret);
    expect(
      sniffer.seen.every(({ headers }) => headers.cookie === undefined && headers.referer?.includes('viewer') !== true),
    ).toBe(true);
    expect(await context.cookies()).toEqual([]);
    // the control: had the agent set a cookie, this port would have been sent it
    await context.addCookies([{ name: 'agent', value: 'secret', url: local }]);
    await page.goto(`${sniffer.origin}/again`);
    expect(sniffer.seen.find(({ url }) => url === '/again')?.headers.cookie).toBe('agent=secret');
    sniffer.close();
    await page.close();
  });
});

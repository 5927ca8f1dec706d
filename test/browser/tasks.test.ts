/** Tasks in the dashboard: what failed says why, is fetched again from the page, and the ledger shows what was billed. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard } from '../builders/a-dashboard.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { send } from '../contract/send.ts';

describeWithChromium('tasks in the dashboard', () => {
  let browser: Browser;
  let dashboard: ADashboard;
  let pictures: PictureServer;
  const complaints: string[] = [];
  beforeAll(async () => {
    browser = await aChromium();
    pictures = await aPictureServer({ '/crane/0142.jpg': await aJpeg({ widthPx: 640, heightPx: 480 }) });
    dashboard = await aDashboard(browser, [], { fetchAllow: [pictures.host] });
  });
  afterAll(async () => {
    await dashboard.close();
    await pictures.close();
    await browser.close();
  });

  const call = (path: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${dashboard.cloud.url}/v1/${path}`, { key: dashboard.cloud.adminKey, ...options });
  const task = async (over: object = {}): Promise<string> => {
    const attachment = `${pictures.origin}/crane/0142.jpg`;
    return (await call('task/imageannotation', { body: { attachment, geometries: {}, ...over } })).body.task_id;
  };
  const settled = (id: string, status: string) =>
    eventually(`${status} of ${id}`, 15_000, async () => {
      const { body } = await call(`task/${id}`);
      const isReady = body.attachments.every(({ state }: any) => state === 'ready' || state === 'error');
      return body.status === status && isReady ? true : undefined;
    });
  const open = async (path: string, theme?: 'dark' | 'light', width?: number): Promise<Page> => {
    const page = await dashboard.open(path, {
      ...(theme === undefined ? {} : { theme }),
      ...(width === undefined ? {} : { width }),
    });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  };

  test('nothing yet, then a failed attachment with its cause, fetched again, completed and billed', async () => {
    const page = await open('/tasks');
    await page.getByText('No tasks yet').waitFor();
    await call('projects', { body: { name: 'crane-defects', type: 'imageannotation' } });
    const missing = `${pictures.origin}/crane/0143.jpg`;
    const id = await task({ attachments: [missing], project: 'crane-defects' });
    const other = await task({ tags: ['"><img src=x onerror=alert(1)>'] });
    await settled(id, 'error');
    await settled(other, 'pending');

    await page.getByRole('button', { name: /^Error 1/ }).click();
    await page.waitForURL((url) => url.search === '?status=error');
    await page.getByRole('row').getByText('1 of 2 failed').waitFor();
    await page.getByRole('button', { name: new RegExp(id.slice(0, 11)) }).click();
    const panel = page.getByRole('region', { name: `Task ${id}` });
    await panel.getByText('The address answered 404.', { exact: true }).waitFor();
    await panel.getByText(missing).waitFor();
    await panel.locator('img.att-look').waitFor();
    const look = await panel
      .locator('img.att-look')
      .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth));
    expect(look).toBe(640);
    for (const theme of ['dark', 'light'] as const) {
      const looked = await open(`/tasks?task=${id}`, theme);
      await looked.getByRole('button', { name: 'Fetch again' }).waitFor();
      const { violations } = await new AxeBuilder({ page: looked }).analyze();
      expect(violations.map(({ id: rule, nodes }) => [rule, nodes.map(({ html }) => html)])).toEqual([]);
      await looked.close();
    }

    pictures.answer('/crane/0143.jpg', await aJpeg({ seed: 4 }));
    await panel.getByRole('button', { name: 'Fetch again' }).click();
    await settled(id, 'pending');
    await panel.getByText('All attachments are stored; the task waits to be completed.').waitFor();
    await call(`task/${id}/complete`, { body: { response: {} } });
    await panel.getByText('Completed and billed once. The attachments are kept as proof.').waitFor();
    await page.getByRole('link', { name: 'see the ledger' }).click();
    await page.getByRole('heading', { name: '1 unit' }).waitFor();
    await page.getByRole('link', { name: id }).waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id: rule }) => rule)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('usage.csv');
    expect(complaints).toEqual([]);
  });

  test('on a narrow screen nothing scrolls sideways', async () => {
    const page = await open('/tasks', 'dark', 400);
    await page.getByRole('heading', { name: 'Tasks', exact: true }).waitFor();
    await page.getByRole('row').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page
      .getByRole('button', { name: /^task_/ })
      .last()
      .click();
    const panel = page.getByRole('region', { name: /^Task task_/ });
    await panel.getByText('Type', { exact: true }).waitFor();
    const topOf = () => panel.evaluate((opened) => opened.getBoundingClientRect().top / innerHeight);
    await expect.poll(topOf).toBeLessThan(0.5);
  });
});

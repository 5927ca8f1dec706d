/** Batches and integrations in the dashboard: filled from a CSV and finalized; tested on save, and never shown again. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ADashboard, aDashboard } from '../builders/a-dashboard.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { send } from '../contract/send.ts';

describeWithChromium('batches and integrations in the dashboard', () => {
  let browser: Browser;
  let dashboard: ADashboard;
  let store: PictureServer;
  let page: Page;
  beforeAll(async () => {
    [browser, store] = await Promise.all([aChromium(), aPictureServer()]);
    dashboard = await aDashboard(browser, [], {
      fetchAllow: [store.host],
      config: { store_endpoints: [store.origin] },
    });
    page = await dashboard.open('/batches');
  });
  afterAll(async () => {
    await dashboard.close();
    await store.close();
    await browser.close();
  });
  const call = (path: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${dashboard.cloud.url}/v1/${path}`, { key: dashboard.cloud.adminKey, ...options });
  const faults = async () => (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id);

  test('a batch is made, filled from a CSV after a dry run, and finalized', async () => {
    await call('projects', { body: { name: 'letters', type: 'textcollection' } });
    await page.getByText('No batches yet').waitFor();
    await page.getByRole('button', { name: 'New batch' }).click();
    await page.getByLabel('Name, unique among your batches').fill('week 1');
    await page.getByRole('button', { name: 'Make batch' }).click();
    await page.getByRole('region', { name: 'Batch week 1' }).getByText('Open and empty').waitFor();

    await page.getByLabel('CSV of tasks').setInputFiles({
      name: 'letters.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('text,topic\nDear,a\n,b\nHello,c\n'),
    });
    const csv = page.getByRole('region', { name: 'CSV of addresses' });
    await csv.getByText('There is no text.').waitFor();
    expect((await call('tasks')).body.total, 'a dry run makes nothing').toBe(0);
    await csv.getByRole('button', { name: 'Import 2 rows' }).click();
    await csv.getByRole('heading', { name: 'CSV import' }).waitFor();
    await page.getByRole('region', { name: 'Batches' }).getByLabel('2 pending').waitFor();
    const { docs } = (await call('tasks?batch=week%201')).body;
    expect(docs.map(({ params }: { params: { text: string } }) => params.text).toSorted()).toEqual(['Dear', 'Hello']);

    await call('projects', { body: { name: 'boxes', type: 'imageannotation', params: { geometries: { box: {} } } } });
    await call('batches', { body: { name: 'dead', project: 'boxes' } });
    await call('task/imageannotation', { body: { batch: 'dead', attachment: `${store.origin}/none.jpg` } });
    await page.getByRole('row', { name: /dead/ }).getByText('1 attachment failed').waitFor();
    expect(await faults()).toEqual([]);

    await page.getByRole('button', { name: 'Finalize' }).click();
    await page.getByRole('button', { name: 'Finalize batch' }).click();
    await page.getByRole('region', { name: 'Batch week 1' }).getByText('Finalized: it takes no more').waitFor();
    expect((await call('batches/week%201')).body.status).toBe('in_progress');
    await page.getByLabel('CSV of tasks').waitFor({ state: 'detached' });
  });

  test('storage is added once its test is good, with the verdict; its secret is shown nowhere again; it is deleted', async () => {
    const secret = 'a-secret-of-the-customer-0123456789';
    await page.goto(`${dashboard.cloud.url}/settings/integrations`);
    await page.getByText('No storage yet').waitFor();
    await page.getByRole('button', { name: 'Add storage' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('external id').waitFor();
    await dialog.getByLabel('Kind of store').selectOption('s3-keys');
    await dialog.getByLabel('Name').fill('helix');
    await dialog.getByLabel('Bucket').fill('Not A Bucket');
    await dialog.getByLabel('Access key id').fill('AKIA');
    await dialog.getByLabel('Secret access key').fill(secret);
    await dialog.getByLabel('Endpoint').fill('http://169.254.169.254');
    await dialog.getByRole('button', { name: 'Test and save' }).click();
    await dialog.getByRole('alert').getByText('Bucket: must be the name of a bucket.').waitFor();
    await dialog.getByLabel('Bucket').fill('helix-raw');
    await dialog.getByRole('button', { name: 'Test and save' }).click();
    await dialog.getByRole('alert').getByText('not allowed here').waitFor();
    expect((await call('integrations')).body.integrations).toEqual([]);

    await dialog.getByLabel('Endpoint').fill(store.origin);
    await dialog.getByRole('button', { name: 'Test and save' }).click();
    const card = page.getByRole('region', { name: 'Integration helix' });
    await card.getByText('Reads').waitFor();
    await card.getByText('s3://helix-raw').waitFor();
    await page.reload();
    await card.getByText('Reads').waitFor();
    expect(await faults()).toEqual([]);
    expect(await page.content()).not.toContain(secret);
    expect((await call('integrations')).text).not.toContain(secret);
    await card.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete integration' }).click();
    await page.getByText('No storage yet').waitFor();
    expect((await call('integrations')).body.integrations).toEqual([]);
  });
});

/** The page over the API's document: it works from this server alone, under a policy that lets nothing inline run. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChromium, describeWithChromium } from '../builders/a-chromium.ts';
import { type ACloud, aCloud } from '../contract/a-cloud.ts';
import { send } from '../contract/send.ts';

describeWithChromium('the documentation of the API', () => {
  let browser: Browser;
  let cloud: ACloud;
  beforeAll(async () => {
    browser = await aChromium();
    cloud = await aCloud({ database: { url: undefined, drop: async () => undefined } });
  });
  afterAll(async () => {
    await cloud.close();
    await browser.close();
  });

  test('every resource and its routes stand there, nothing comes from elsewhere, and nothing breaks the policy', async () => {
    const page = await browser.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(`${cloud.url}/docs`);
    await page.getByRole('heading', { name: /Nucleus privacy mode: cloud API/ }).waitFor();
    await page.locator('.opblock-tag').first().waitFor();
    const { body: document } = await send(`${cloud.url}/openapi.json`);
    const routes = Object.values(document.paths as Record<string, Record<string, { tags: string[] }>>).flatMap((path) =>
      Object.values(path),
    );
    const tags = new Set(routes.flatMap((route) => route.tags));
    expect(await page.locator('.opblock-tag').count()).toBe(tags.size);
    await page.locator('#operations-tag-nucleus_dataset').click();
    const ofDatasets = routes.filter((route) => route.tags.includes('nucleus dataset'));
    await page.locator('#operations-nucleus_dataset-createDataset').waitFor();
    expect(await page.locator('.opblock').count()).toBe(ofDatasets.length);
    await page.locator('#operations-nucleus_dataset-createDataset button').first().click();
    await page.getByText('Needs the scope').first().waitFor();
    const foreign = asked.filter((url) => !url.startsWith(cloud.url) && !url.startsWith('data:'));
    expect([foreign, complaints]).toEqual([[], []]);
    await page.close();
  });

  test('the policy of the page allows no inline script and no other host', async () => {
    const { headers } = await send(`${cloud.url}/docs`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|unsafe-eval/);
    expect((await send(`${cloud.url}/docs/../package.json`)).status).toBe(404);
  });
});

/**
 * Promise: the dashboard over a million items is as quick as over a hundred. `node test/bench/dashboard.mjs` after a build.
 * `NUCLEUS_BENCH_ITEMS`, `NUCLEUS_BENCH_SCROLL_SECONDS` and `NUCLEUS_BENCH_MINUTES` (of use before the heap is weighed) make it smaller.
 */
import { gzipSync } from 'node:zlib';
import { launchChromium } from './chromium.mjs';
import { anAgent, pushChanges } from './cloud/parts.mjs';
import { newKey, startCloud } from './cloud/server.mjs';
import { facetToGrid, framesAtRest, framesOfJumps, untilFirstTiles, watchFirstTiles } from './dashboard/in-page.mjs';
import { median, percentile, report } from './measure.mjs';

const items = Number(process.env.NUCLEUS_BENCH_ITEMS ?? 1_000_000);
const scrollMs = Number(process.env.NUCLEUS_BENCH_SCROLL_SECONDS ?? 30) * 1000;
const minutes = Number(process.env.NUCLEUS_BENCH_MINUTES ?? 10);
const coldRounds = 5;
const facetRounds = 12;
const makes = ['canon', 'nikon', 'sony', 'fujifilm'];
const viewport = { width: 1440, height: 900 };

const browser = await launchChromium();
if (browser === undefined) {
  process.stderr.write('dashboard: no Chromium runs here, nothing is measured\n');
} else {
  const cloud = await startCloud('sqlite');
  try {
    await measure(cloud);
  } finally {
    await browser.close();
    await cloud.stop();
  }
}

async function measure(cloud) {
  const tell = (figure) =>
    report({ ...figure, name: `dashboard over ${items.toLocaleString('en')} items, ${figure.name}` });
  cloud.agentKey = newKey(cloud, 'agent');
  const client = cloud.client();
  const agent = await anAgent(client, cloud);
  await pushChanges(agent, 0, items);
  // the search is built once for a dataset, whoever asks first
  await patiently(() => client.ask(`/v1/insights/${agent.datasetId}/fields`, {}));
  client.close();
  agent.client.close();
  const address = `${cloud.url}/d/${agent.datasetId}`;
  const state = await signIn(cloud);

  const cold = [];
  let scriptBytes = 0;
  for (let round = 0; round < coldRounds; round++) {
    const context = await browser.newContext({ viewport, storageState: state });
    const page = await context.newPage();
    await watchFirstTiles(page);
    const scripts = [];
    page.on('requestfinished', (request) => {
      if (request.resourceType() === 'script') scripts.push(request.response().then((response) => response.body()));
    });
    await page.goto(address);
    cold.push(await untilFirstTiles(page));
    await page.waitForLoadState('networkidle');
    scriptBytes = (await Promise.all(scripts)).reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
    await context.close();
  }
  tell({
    name: 'first tiles after navigation',
    unit: 'ms',
    ours: Math.max(...cold),
    atMost: 1_500,
    about: `the slowest of ${coldRounds} with an empty cache, median ${median(cold).toFixed(0)} ms`,
  });
  tell({ name: 'JavaScript of the first page, gzipped', unit: 'kB', ours: scriptBytes / 1000, atMost: 200 });

  const context = await browser.newContext({ viewport, storageState: state });
  const page = await context.newPage();
  await watchFirstTiles(page);
  await page.goto(address);
  await untilFirstTiles(page);
  const rest = await framesAtRest(page, Math.min(5_000, scrollMs));
  const jumps = await framesOfJumps(page, scrollMs);
  tell({
    name: 'frames during random jumps p95',
    unit: 'ms',
    ours: percentile(jumps.frames, 95),
    peer: { name: 'the same page at rest', value: percentile(rest, 95) },
    atMost: 20,
    about: `${jumps.jumps} jumps, worst frame ${Math.max(...jumps.frames).toFixed(0)} ms`,
  });

  await page.evaluate(() => document.querySelector('.grid').scrollTo(0, 0));
  const changes = [];
  for (let round = 0; round < facetRounds; round++) changes.push(await facetToGrid(page, makes[round % makes.length]));
  tell({
    name: 'a facet until its new grid p95',
    unit: 'ms',
    ours: percentile(changes, 95),
    atMost: 600,
    about: `median ${median(changes).toFixed(0)} ms`,
  });

  await framesOfJumps(page, minutes * 60_000);
  const devtools = await context.newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  tell({
    name: `heap after ${minutes} minutes of jumps`,
    unit: 'MB',
    ours: usedSize / 1e6,
    atMost: 250,
    about: 'after a collection',
  });
  await context.close();
}

/** Signs in as a person does, and keeps the cookie. */
async function signIn(cloud) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${cloud.url}/sign-in`);
  await page.getByLabel('API key').fill(cloud.key);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${cloud.url}/`);
  const state = await context.storageState();
  await context.close();
  return state;
}

/** A statement that is cut for taking too long is asked again: building goes on. */
async function patiently(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!/^503|took longer than/.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/**
 * Promise: a cloud over SQLite holds a million items with five million annotations: it takes them, counts them in queries and exports them.
 * `node test/bench/cloud-labels.mjs` after a build; `--small` tries it with a hundredth.
 */
import { annotationBodies } from './cloud/annotations.mjs';
import { append, longestStall, timeRounds } from './cloud/parts.mjs';
import { startCloud } from './cloud/server.mjs';
import { report } from './measure.mjs';

const isSmall = process.argv.includes('--small');
const items = Number(process.env.NUCLEUS_BENCH_ITEMS ?? (isSmall ? 10_000 : 1_000_000));
const itemsAtOnce = Math.min(items, 50_000);
const rowsPerRequest = 5_000;
const rounds = 40;
const pageRows = 10_000;

const cloud = await startCloud('sqlite');
const tell = (figure) => report({ ...figure, name: `labels sqlite, ${figure.name}` });
try {
  const client = cloud.client(cloud.key, 2);
  const created = await client.ask('/v1/nucleus/dataset/create', { name: 'labels', use_privacy_mode: true });
  const datasetId = created.dataset_id;
  const appended = await fill(client, datasetId);
  await longestStall(client);
  const query = () =>
    client.ask(`/v1/insights/${datasetId}/tiles`, {
      offset: 0,
      limit: 100,
      query: `annotations.count > 6 AND metadata.camera_make = "${['canon', 'nikon', 'sony', 'fujifilm'][Math.floor(Math.random() * 4)]}"`,
    });
  const built = performance.now();
  await patiently(query);
  tell({ name: 'projection of items and labels, built', unit: 's', ours: (performance.now() - built) / 1000 });
  const plain = await timeRounds(rounds, () => patiently(() => query()));
  tell({
    name: `annotations.count > 6 AND camera_make among ${items.toLocaleString('en')} items p95`,
    unit: 'ms',
    ours: plain.p95,
    atMost: 200,
    about: `p50 ${plain.p50.toFixed(0)} ms, ${appended.rows.toLocaleString('en')} annotations`,
  });
  const classes = await timeRounds(10, () => patiently(() => client.ask(`/v1/insights/${datasetId}/labels`, {})));
  tell({ name: 'classes of all labels counted p95', unit: 'ms', ours: classes.p95 });
  await exportPages(client, datasetId);
  tell({ name: 'longest event-loop stall', unit: 'ms', ours: await longestStall(client), atMost: 200 });
  tell({ name: 'RSS', unit: 'MiB', ours: cloud.memory().peak, atMost: 900, about: 'peak since start' });
  client.close();
} finally {
  await cloud.stop();
}

/** Items and their annotations, a part at a time, so that the peer is measured in the same minutes. */
async function fill(client, datasetId) {
  let [rows, seconds, rates] = [0, 0, []];
  for (let from = 0; from < items; from += itemsAtOnce) {
    rates.push(await append(cloud, datasetId, Math.min(itemsAtOnce, items - from), 5_000, 1, from));
    const part = annotationBodies(from, Math.min(items, from + itemsAtOnce), rowsPerRequest);
    const started = performance.now();
    for (const body of part.bodies) {
      const reply = await client.post(`/v1/nucleus/dataset/${datasetId}/annotate`, body);
      if (reply.errors !== undefined) throw new Error(reply.errors[0]);
    }
    seconds += (performance.now() - started) / 1000;
    rows += part.rows;
  }
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  tell({
    name: 'annotations, 5,000 rows a request, one connection',
    unit: 'rows/s',
    ours: rows / seconds,
    peer: { name: 'items appended in the same minutes, 5,000 a request', value: mean },
    atLeast: 10_000,
  });
  return { rows };
}

async function exportPages(client, datasetId) {
  const pages = Math.min(10, Math.floor(items / pageRows));
  const started = performance.now();
  let bytes = 0;
  for (let page = 0; page < pages; page++) {
    const pageToken = page === 0 ? null : Buffer.from(`after:${page * pageRows - 1}`).toString('base64url');
    const asked = { pageToken, pageSize: pageRows, query: null, chip: false, onlyMostRecentTask: true };
    bytes += await client.drain(`/v1/nucleus/dataset/${datasetId}/exportForTrainingPage`, asked);
  }
  tell({
    name: 'export pages of 10,000 items with their labels',
    unit: 'items/s',
    ours: (pages * pageRows * 1000) / (performance.now() - started),
    about: `${(bytes / 2 ** 20).toFixed(0)} MiB in ${pages} pages`,
  });
}

/** A statement that took a second is cut and a busy server answers 503; the figure holds the second try. */
async function patiently(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!/^503|took longer than/.test(error.message)) throw error;
    }
  }
}

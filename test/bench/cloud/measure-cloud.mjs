/** A cloud with a million items on one database, measured over HTTP. `NUCLEUS_BENCH_ITEMS` makes it smaller. */
import { median, report } from '../measure.mjs';
import {
  anAgent,
  append,
  bruteSeconds,
  deduplicate,
  longestStall,
  pushChanges,
  timeRounds,
  walkPages,
} from './parts.mjs';
import { seeded } from './records.mjs';
import { newKey, startCloud } from './server.mjs';
import { nearestByHash, nearestByVector } from './similar.mjs';

const items = Number(process.env.NUCLEUS_BENCH_ITEMS ?? 1_000_000);
const appended = { sqlite: 10_000, postgres: 5_000 };
const bruteSample = 20_000;
const threshold = 10;
const rounds = 40;
const mostStallMs = 200;

/** @param {'sqlite' | 'postgres'} kind */
export async function measureCloud(kind) {
  const cloud = await startCloud(kind);
  const tell = (figure) => report({ ...figure, name: `cloud ${kind}, ${figure.name}` });
  try {
    const client = cloud.client();
    const stalls = [];
    const part = async (name, run) => {
      await longestStall(client);
      const cpu = cloud.cpuSeconds();
      const result = await run();
      stalls.push({ name, ms: await longestStall(client) });
      process.stderr.write(
        `${kind} ${name}: server CPU ${(cloud.cpuSeconds() - cpu).toFixed(1)} s, stall ${stalls.at(-1).ms.toFixed(0)} ms, RSS ${cloud.memory().now.toFixed(0)} MiB\n`,
      );
      return result;
    };
    await measureAppends(cloud, client, part, tell);
    const agent = await measureSync(cloud, client, part, tell);
    await measureReads(client, agent.datasetId, part, tell);
    await measureDeduplication(client, agent.datasetId, part, tell);
    await measureSimilar(client, agent.datasetId, part, tell);
    tell({
      name: `RSS with ${count(items)} items`,
      unit: 'MiB',
      ours: cloud.memory().peak,
      atMost: 700,
      about: 'peak since start: seeding, search, pages, deduplication and likeness',
    });
    const worst = stalls.toSorted((a, b) => b.ms - a.ms)[0];
    tell({ name: 'longest event-loop stall', unit: 'ms', ours: worst.ms, atMost: mostStallMs, about: worst.name });
    client.close();
    agent.client.close();
  } finally {
    await cloud.stop();
  }
}

async function measureAppends(cloud, client, part, tell) {
  const dataset = async (name) =>
    (await client.ask('/v1/nucleus/dataset/create', { name, use_privacy_mode: true })).dataset_id;
  const whole = Math.min(100_000, items);
  const ids = { large: await dataset('large'), small: await dataset('small'), single: await dataset('single') };
  await append(cloud, await dataset('warm'), 5_000, 1_000, 1);
  const large = await part('append 5,000', () => append(cloud, ids.large, whole, 5_000, 2));
  tell({ name: 'append, 5,000 items a request', unit: 'items/s', ours: large, atLeast: appended[cloud.kind] });
  const small = await part('append 20', () => append(cloud, ids.small, whole / 5, 20, 10));
  tell({ name: 'append, 20 items a request, 10 connections', unit: 'items/s', ours: small, atLeast: 5_000 });
  cloud.plain = await part('append 20, one connection', () => append(cloud, ids.single, whole / 10, 20, 1));
}

async function measureSync(cloud, client, part, tell) {
  cloud.agentKey = newKey(cloud, 'agent');
  const agent = await anAgent(client, cloud);
  const pushed = await part('agent changes', () => pushChanges(agent, 0, items));
  tell({
    name: `agent changes up to ${count(items)} items`,
    unit: 'items/s',
    ours: pushed.items / pushed.seconds,
    peer: { name: 'plain append, 20 items a request, one connection', value: cloud.plain },
    target: 3,
    atLeast: 8_000,
  });
  const last = median(pushed.rates.slice(-3));
  tell({ name: 'agent changes, the last 150,000', unit: 'items/s', ours: last, atLeast: 8_000 });
  const changed = await part('agent updates', () => pushChanges(agent, 0, Math.min(50_000, items), 2));
  tell({ name: 'agent changes of known items', unit: 'items/s', ours: changed.items / changed.seconds });
  const manifest = (prefix) => agent.client.get(`/v1/agents/${agent.agentId}/manifest?source=main&prefix=${prefix}`);
  const first = await part('manifest, first', () => timeRoundsOnce(() => manifest('')));
  tell({ name: 'manifest root after a million changes', unit: 'ms', ours: first });
  const root = await part('manifest', () => timeRounds(10, () => manifest('')));
  tell({ name: 'manifest root p95', unit: 'ms', ours: root.p95, atMost: 1_000 });
  let rev = 2;
  const one = await part('manifest after a change', () =>
    timeRounds(5, async () => {
      rev += 1;
      await pushChanges(agent, 0, Math.min(1000, items), rev);
      await manifest('');
    }),
  );
  tell({ name: 'a batch of changes and the manifest root p95', unit: 'ms', ours: one.p95, atMost: 1_000 });
  return agent;
}

async function measureReads(client, datasetId, part, tell) {
  const insights = (name, body) => askPatiently(() => client.ask(`/v1/insights/${datasetId}/${name}`, body));
  const random = seeded(20_261_124);
  const pick = (from) => from[Math.floor(random() * from.length)];
  const query = () =>
    `iso >= ${pick([200, 400, 800])} AND camera_make = ${pick(['canon', 'nikon', 'sony', 'fujifilm'])}`;
  const built = await part('projection', () => timeRoundsOnce(() => insights('fields', {})));
  tell({ name: `projection of ${count(items)} items, built`, unit: 's', ours: built / 1000 });
  const first = await part('first page', () =>
    timeRounds(rounds, () =>
      insights('tiles', { offset: 0, limit: 100, query: query(), sort: { field: 'capture_time', descending: true } }),
    ),
  );
  tell({
    name: 'first page of a two-condition sorted query p95',
    unit: 'ms',
    ours: first.p95,
    atMost: 80,
    about: `p50 ${first.p50.toFixed(0)} ms`,
  });
  const facets = await part('facets', () =>
    timeRounds(rounds, () => {
      const chosen = query();
      return Promise.all([
        insights('facets', { query: chosen, fields: ['format', 'camera_model', 'orientation'] }),
        insights('histogram', { query: chosen, fields: ['brightness', 'byte_size'] }),
      ]);
    }),
  );
  tell({
    name: 'five filtered facets with histograms p95',
    unit: 'ms',
    ours: facets.p95,
    atMost: 150,
    about: `p50 ${facets.p50.toFixed(0)} ms`,
  });
  const pageSize = Math.min(100_000, items);
  const pages = await part('itemsPage', () => walkPages(client, datasetId, pageSize, 3));
  tell({
    name: 'itemsPage of 100,000',
    unit: 'items/s',
    ours: (3 * pageSize) / pages.seconds,
    about: `${(pages.bytes / 2 ** 20).toFixed(0)} MiB in three pages`,
  });
}

async function measureSimilar(client, datasetId, part, tell) {
  const similar = (body) => askPatiently(() => client.ask(`/v1/insights/${datasetId}/similar`, body));
  const byHash = await part('similar by hash', () => nearestByHash(similar, items, rounds));
  const withVectors = Math.min(100_000, items);
  const asked = { name: 'vectors', use_privacy_mode: true };
  const { dataset_id: other } = await client.ask('/v1/nucleus/dataset/create', asked);
  const byVector = await part('similar by vector', () => nearestByVector(client, other, withVectors, rounds));
  for (const [name, { p95, middle, loop }] of [
    [`24 nearest by hash among ${count(items)}`, byHash],
    [`24 nearest by vector of 64 among ${count(withVectors)}`, byVector],
  ]) {
    tell({
      name,
      unit: 'ms',
      ours: middle,
      peer: { name: 'comparing with every one in a loop, without a server', value: loop },
      about: `p95 ${p95.toFixed(0)} ms; the same items in the same order`,
    });
  }
}

async function measureDeduplication(client, datasetId, part, tell) {
  const { job, seconds } = await part('deduplication', () => deduplicate(client, datasetId, threshold));
  const brute = bruteSeconds(items, Math.min(bruteSample, items), threshold);
  tell({
    name: `deduplication of ${count(items)} items at threshold ${threshold}`,
    unit: 'items/s',
    ours: items / seconds,
    peer: { name: `comparing with every kept hash, from ${count(bruteSample)}`, value: items / brute.seconds },
    target: 30,
    about: `${seconds.toFixed(1)} s as a job over HTTP, ${count(job.message.stats.deduplicated_count)} kept`,
  });
  const groups = await part('groups', () =>
    timeRoundsOnce(() => askPatiently(() => client.ask(`/v1/insights/${datasetId}/groups`, { threshold: 4 }))),
  );
  tell({ name: `groups of near duplicates among ${count(items)} items, first asked`, unit: 's', ours: groups / 1000 });
}

/** What is under way answers 503, and a statement that took a second is cut; the figure holds the wait and the second try. */
async function askPatiently(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!/^503|took longer than/.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

async function timeRoundsOnce(ask) {
  const started = performance.now();
  await ask();
  return performance.now() - started;
}

function count(of) {
  return of.toLocaleString('en');
}

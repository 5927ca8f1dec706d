/** The parts of the benchmark of the cloud, each over HTTP against the built program. */
import { randomInt } from 'node:crypto';
import { orderByHash, readHashes } from '@nucleus/shared/dedup/hash-list';
import { percentile } from '../measure.mjs';
import { bruteForce } from './brute-force.mjs';
import { aBatch, anAppend, phashOf } from './records.mjs';

const batchItems = 1000;
const bodiesAhead = 50;

/** An agent with a key of its own that fills a new dataset. */
export async function anAgent(admin, cloud) {
  const key = cloud.agentKey;
  const agentId = `agt_${Array.from({ length: 20 }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[randomInt(36)]).join('')}`;
  const client = cloud.client(key, 1);
  const source = {
    alias: 'main',
    dataset_name: 'a million',
    level: 'standard',
    names: 'relative-path',
    fields_off: [],
  };
  const { store_epoch: epoch, sources } = await client.ask('/v1/agents/register', {
    agent_id: agentId,
    version: '0.1.0',
    public_url: 'http://127.0.0.1:8787',
    sources: [source],
  });
  return { agentId, client, epoch, datasetId: sources[0].dataset_id, fence: sources[0].fence, admin };
}

/** Sends records `from` to `to` as an agent's changes. @returns items and seconds; the spelling of bodies is not timed */
export async function pushChanges(agent, from, to, rev = 1) {
  const path = `/v1/agents/changes?fence=${agent.fence}&store_epoch=${agent.epoch}`;
  const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
  const rates = [];
  let seconds = 0;
  for (let at = from; at < to; ) {
    const bodies = [];
    for (; at < to && bodies.length < bodiesAhead; at += batchItems)
      bodies.push(aBatch(agent.agentId, at, Math.min(batchItems, to - at), rev));
    const started = performance.now();
    for (const body of bodies) {
      const { acks } = await agent.client.post(path, body, headers);
      const bad = acks.find(({ status }) => status !== 'applied');
      if (bad) throw new Error(`a change was not applied: ${JSON.stringify(bad)}`);
    }
    const took = (performance.now() - started) / 1000;
    seconds += took;
    rates.push((bodies.length * batchItems) / took);
  }
  return { items: to - from, seconds, rates };
}

/** Appends `total` items in bodies of `size` over `connections`. @returns items a second */
export async function append(cloud, datasetId, total, size, connections, from = 0) {
  const client = cloud.client(cloud.key, connections);
  const bodies = [];
  for (let at = 0; at < total; at += size) bodies.push(anAppend(from + at, size));
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
        const reply = await client.post(`/v1/nucleus/dataset/${datasetId}/append`, body);
        if (reply.new_items !== size) throw new Error(`appended ${JSON.stringify(reply).slice(0, 300)}`);
      }
    }),
  );
  const rate = (total / (performance.now() - started)) * 1000;
  client.close();
  return rate;
}

/** Times `ask` once for each of `rounds`, after two that are not counted. @returns p50 and p95, ms */
export async function timeRounds(rounds, ask) {
  const times = [];
  for (let round = -2; round < rounds; round++) {
    const started = performance.now();
    await ask(Math.max(round, 0));
    if (round >= 0) times.push(performance.now() - started);
  }
  return { p50: percentile(times, 50), p95: percentile(times, 95) };
}

/** Walks a dataset by itemsPage. @returns items, seconds */
export async function walkPages(client, datasetId, pageSize, pages) {
  const started = performance.now();
  let bytes = 0;
  for (let page = 0; page < pages; page++) {
    const pageToken = page === 0 ? null : Buffer.from(`after:${page * pageSize - 1}`).toString('base64url');
    bytes += await client.drain(`/v1/nucleus/dataset/${datasetId}/itemsPage`, { pageToken, pageSize });
  }
  return { bytes, seconds: (performance.now() - started) / 1000 };
}

/** Runs a deduplication job to its end. @returns its message and seconds */
export async function deduplicate(client, datasetId, threshold) {
  const started = performance.now();
  const { job_id: jobId } = await client.ask(`/v1/nucleus/dataset/${datasetId}/deduplicate_async`, { threshold });
  for (;;) {
    const job = await client.get(`/v1/nucleus/job/${jobId}`);
    if (job.status !== 'Running') {
      if (job.status !== 'Completed') throw new Error(`deduplication ended ${job.status}`);
      return { job, seconds: (performance.now() - started) / 1000 };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Seconds of the plain walk over `count` hashes, extrapolated by the square from `sample`; also what it keeps of the sample. */
export function bruteSeconds(count, sample, threshold) {
  const hashes = readHashes(Array.from({ length: sample }, (_, n) => phashOf(n)));
  const started = performance.now();
  const kept = bruteForce(
    hashes,
    orderByHash(hashes, (a, b) => a - b),
    threshold,
  );
  const seconds = (performance.now() - started) / 1000;
  return { kept: kept.length, seconds: seconds * (count / sample) ** 2 };
}

/** The longest that the server's event loop stood still since the last call, ms. */
export async function longestStall(client) {
  const text = await client.text('/metrics');
  return Number(/^nucleus_event_loop_stall_seconds (\S+)/m.exec(text)?.[1] ?? Number.NaN) * 1000;
}

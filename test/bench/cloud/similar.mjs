/** Nearest by perceptual hash and by vector, each against comparing with everything in one loop, which must find the same. */
import { countBits, readHashes } from '@nucleus/shared/dedup/hash-list';
import { median, percentile } from '../measure.mjs';
import { phashOf, referenceOf, seeded } from './records.mjs';

const limit = 24;
const dimension = 64;
const itemsPerBody = 2_000;

/** @param {number} items how many the dataset holds, those of `records.mjs` in their order */
export async function nearestByHash(ask, items, rounds) {
  const hashes = readHashes(Array.from({ length: items }, (_, n) => phashOf(n)));
  const random = seeded(5);
  return compare(rounds, async () => {
    const wanted = Math.floor(random() * items);
    const reply = await ask({ reference_id: referenceOf(wanted), by: 'hash', limit });
    const brute = () =>
      nearest(items, wanted, (n) => countBits(hashes.hi[n] ^ hashes.hi[wanted], hashes.lo[n] ^ hashes.lo[wanted]));
    return { found: reply.items.map(({ tile }) => tile.ref), brute: () => brute().map(referenceOf) };
  });
}

/** Fills a dataset with items that have vectors and asks it. */
export async function nearestByVector(client, datasetId, items, rounds) {
  const random = seeded(6);
  const vectors = Float32Array.from({ length: items * dimension }, () => random() - 0.5);
  const lengths = Float64Array.from({ length: items }, (_, n) => Math.sqrt(dot(vectors, n, n)));
  for (let from = 0; from < items; from += itemsPerBody) {
    const body = Array.from({ length: Math.min(itemsPerBody, items - from) }, (_, at) => anItem(vectors, from + at));
    const reply = await client.ask(`/v1/nucleus/dataset/${datasetId}/append`, { items: body });
    if (reply.new_items !== body.length) throw new Error(`appended ${JSON.stringify(reply).slice(0, 300)}`);
  }
  return compare(rounds, async () => {
    const wanted = Math.floor(random() * items);
    const question = { reference_id: String(wanted), by: 'vector', index_id: 'bench', limit };
    const reply = await client.ask(`/v1/insights/${datasetId}/similar`, question);
    const brute = () => nearest(items, wanted, (n) => -dot(vectors, n, wanted) / (lengths[n] * lengths[wanted]));
    return { found: reply.items.map(({ tile }) => tile.ref), brute: () => brute().map(String) };
  });
}

function anItem(vectors, n) {
  const vector = Array.from(vectors.subarray(n * dimension, (n + 1) * dimension));
  const embedding = { index_id: 'bench', embedding_vector: vector };
  return { reference_id: String(n), image_url: 'https://x.test/a', width: 1, height: 1, embedding_info: embedding };
}

function dot(vectors, a, b) {
  let sum = 0;
  for (let at = 0; at < dimension; at++) sum += vectors[a * dimension + at] * vectors[b * dimension + at];
  return sum;
}

/** Numbers of the `limit` items of the lowest distance, ties in their order, without `except`. */
function nearest(items, except, distanceOf) {
  let best = [];
  let worst = Number.POSITIVE_INFINITY;
  for (let n = 0; n < items; n++) {
    if (n === except) continue;
    const distance = distanceOf(n);
    if (distance >= worst) continue;
    best.push({ n, distance });
    if (best.length < 4 * limit) continue;
    best = best.sort((a, b) => a.distance - b.distance || a.n - b.n).slice(0, limit);
    worst = best[limit - 1].distance;
  }
  return best
    .sort((a, b) => a.distance - b.distance || a.n - b.n)
    .slice(0, limit)
    .map(({ n }) => n);
}

/** Times both in turn. @returns ms: p95 of the asked, medians of both @throws Error when they find another order */
async function compare(rounds, run) {
  const asked = [];
  const looped = [];
  for (let round = -1; round < rounds; round++) {
    const started = performance.now();
    const { found, brute } = await run();
    const answered = performance.now();
    const wanted = brute();
    if (found.join() !== wanted.join()) throw new Error(`found ${found} instead of ${wanted}`);
    if (round < 0) continue;
    asked.push(answered - started);
    looped.push(performance.now() - answered);
  }
  return { p95: percentile(asked, 95), middle: median(asked), loop: median(looped) };
}

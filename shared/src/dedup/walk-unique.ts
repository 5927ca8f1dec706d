import { type HashList, isSameHash } from './hash-list.ts';
import { NearHashes } from './near-hashes.ts';

/** Hashes that are looked up together. */
const blockHashes = 1 << 16;
/** Hashes walked between two yields: a few milliseconds. */
const hashesPerStep = 256;

/**
 * The rule of deduplication: walk the hashes in order and keep one unless a kept one lies within `threshold` bits. Works block by
 * block: first against what was kept in earlier blocks, which needs no order, then through the block itself.
 * @param order places by hash, ties settled (`orderByHash`)
 * @param threshold largest distance that still is a duplicate, 0 to 64
 * @yields how many hashes are done, every few milliseconds, so that a server can answer others between
 * @returns the places that are kept, in the order of the walk
 */
export function* walkUnique(hashes: HashList, order: Uint32Array, threshold: number): Generator<number, number[]> {
  const distinct = order.filter((place, at) => at === 0 || !isSameHash(hashes, place, order[at - 1] as number));
  const older = new NearHashes(hashes, threshold, 'whether');
  const kept: number[] = [];
  for (let start = 0; start < distinct.length; start += blockHashes) {
    const block = distinct.subarray(start, start + blockHashes);
    const isNear = new Uint8Array(block.length);
    for (const _ of older.markNear(block, isNear)) yield start;
    const recent = new NearHashes(pick(hashes, block), threshold, 'whether');
    const keptBefore = kept.length;
    for (const [at, place] of block.entries()) {
      if (at % hashesPerStep === 0) yield start + at;
      if (isNear[at] === 1 || recent.hasNear(at)) continue;
      recent.add(at);
      kept.push(place);
    }
    for (const place of kept.slice(keptBefore)) older.add(place);
  }
  return kept;
}

function pick({ hi, lo }: HashList, places: Uint32Array): HashList {
  return { hi: places.map((place) => hi[place] as number), lo: places.map((place) => lo[place] as number) };
}

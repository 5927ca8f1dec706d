/** Which members a built slice gets. Pure: the seed is an argument, and the same items and seed give the same sample. */
import { createHash } from 'node:crypto';
import { countBits, type HashList, orderByHash } from '@nucleus/shared/dedup/hash-list';

/** Indexes of `count` of `total` items, each subset equally likely, ascending. */
export function chooseRandom(total: number, count: number, seed: string): number[] {
  const wanted = Math.min(count, total);
  const random = seededRandom(seed);
  // Floyd's way: as many draws as members, however many items there are
  const chosen = new Set<number>();
  for (let last = total - wanted; last < total; last++) {
    const drawn = Math.floor(random() * (last + 1));
    chosen.add(chosen.has(drawn) ? last : drawn);
  }
  return [...chosen].sort((a, b) => a - b);
}

const comparisonsPerStep = 200_000;

/**
 * Farthest-point sampling: starts with the lowest hash, then always takes the item whose nearest chosen one is farthest away, the
 * first of equals. So near duplicates come last.
 * @yields how many are chosen, every few milliseconds
 * @returns indexes in the order of choice
 */
export function* chooseMostUnique(hashes: HashList, count: number): Generator<number, number[]> {
  const { hi, lo } = hashes;
  const total = hi.length;
  const wanted = Math.min(count, total);
  if (wanted === 0) return [];
  const chosen = [orderByHash(hashes, (a, b) => a - b)[0] as number];
  const toChosen = new Uint8Array(total).fill(65);
  let compared = 0;
  while (chosen.length < wanted) {
    const newest = chosen.at(-1) as number;
    const newestHi = hi[newest] as number;
    const newestLo = lo[newest] as number;
    toChosen[newest] = 0;
    let farthest = -1;
    let farthestBits = -1;
    for (let at = 0; at < total; at++) {
      let bits = toChosen[at] as number;
      const distance = countBits((hi[at] as number) ^ newestHi, (lo[at] as number) ^ newestLo);
      if (distance < bits) {
        bits = distance;
        toChosen[at] = distance;
      }
      if (bits > farthestBits) {
        farthestBits = bits;
        farthest = at;
      }
      if (++compared % comparisonsPerStep === 0) yield chosen.length;
    }
    if (farthestBits > 0) chosen.push(farthest);
    else return fillWithEqual(chosen, total, wanted);
  }
  return chosen;
}

/** Once everything left equals a chosen one, the first of the rest. */
function fillWithEqual(chosen: readonly number[], total: number, wanted: number): number[] {
  const filled = new Set(chosen);
  for (let at = 0; at < total && filled.size < wanted; at++) filled.add(at);
  return [...filled];
}

/** Numbers from 0 to below 1, of 32 bits, from a seed of any length (mulberry32 over its SHA-256). */
function seededRandom(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

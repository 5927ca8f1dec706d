/** Which picture of a group of near duplicates to keep, and why. Pure. */
import { bytes, count } from '@nucleus/shared/ui/words/quantities.ts';
import type { DuplicateGroup } from '@nucleus/shared/wire/insights';

export type GroupTile = DuplicateGroup['tiles'][number];
export type GroupKind = 'exact' | 'burst' | 'near';

export interface Suggestion {
  kind: GroupKind;
  /** Index of the tile to keep. */
  keep: number;
  /** What the group is and why this one, in a sentence. */
  reason: string;
  /** Bits in which each perceptual hash differs from that of the kept one. */
  distances: number[];
}

const burstMs = 3_000;

/** Rules in order; the first that tells the tiles apart decides. More is better. */
const rules: { measure: (tile: GroupTile) => number; why: (best: GroupTile, next: GroupTile) => string }[] = [
  {
    measure: (tile) => tile.w * tile.h,
    why: (best, next) => `it has the most pixels, ${size(best)} against ${size(next)}`,
  },
  {
    measure: (tile) => tile.sharpness ?? -1,
    why: (best, next) => `it is the sharpest, ${best.sharpness ?? 'unknown'} against ${next.sharpness ?? 'unknown'}`,
  },
  {
    measure: (tile) => tile.fields,
    why: (best, next) => `it has the most metadata, ${count(best.fields)} fields against ${count(next.fields)}`,
  },
  {
    measure: (tile) => tile.byte_size ?? -1,
    why: (best, next) => `it is the largest file, ${bytes(best.byte_size ?? 0)} against ${bytes(next.byte_size ?? 0)}`,
  },
];

/** @param tiles of one group, in insertion order, at least two */
export function suggestKeep(tiles: readonly GroupTile[]): Suggestion {
  const kind = kindOf(tiles);
  let candidates = tiles.map((_, at) => at);
  let why = 'it came first';
  for (const rule of rules) {
    const measured = candidates.map((at) => rule.measure(tiles[at] as GroupTile));
    const best = Math.max(...measured);
    const kept = candidates.filter((_, at) => measured[at] === best);
    if (kept.length === candidates.length) continue;
    const beaten = candidates.filter((_, at) => measured[at] !== best);
    const next = beaten.toSorted(
      (a, b) => rule.measure(tiles[b] as GroupTile) - rule.measure(tiles[a] as GroupTile),
    )[0];
    why = rule.why(tiles[kept[0] as number] as GroupTile, tiles[next as number] as GroupTile);
    candidates = kept;
    break;
  }
  const keep = candidates[0] ?? 0;
  const distances = tiles.map((tile) => hashDistance(tile.hash, (tiles[keep] as GroupTile).hash));
  return { kind, keep, distances, reason: `${groupWords(kind, distances)} Keep this one: ${why}.` };
}

/** Exact copies share the keyed hash of their bytes; a burst was taken within seconds; the rest is alike. */
export function kindOf(tiles: readonly GroupTile[]): GroupKind {
  const [first] = tiles;
  if (first?.content_hash !== undefined && tiles.every((tile) => tile.content_hash === first.content_hash))
    return 'exact';
  const times = tiles.map((tile) => Date.parse(`${tile.capture_local}Z`));
  if (times.every((time) => !Number.isNaN(time)) && new Set(times).size > 1) {
    const gaps = times.toSorted((a, b) => a - b).map((time, at, sorted) => time - (sorted[at - 1] ?? time));
    if (Math.max(...gaps) <= burstMs) return 'burst';
  }
  return 'near';
}

/** Hamming distance of two perceptual hashes of 16 hexadecimal digits, 0 to 64. */
export function hashDistance(a: string, b: string): number {
  let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let distance = 0;
  for (; bits !== 0n; bits &= bits - 1n) distance += 1;
  return distance;
}

function groupWords(kind: GroupKind, distances: readonly number[]): string {
  if (kind === 'exact') return 'Same keyed content hash.';
  if (kind === 'burst') return 'Taken within seconds of each other.';
  const most = Math.max(...distances);
  return most === 0 ? 'Same perceptual hash.' : `Up to ${most} ${most === 1 ? 'bit' : 'bits'} apart.`;
}

function size(tile: GroupTile): string {
  return `${count(tile.w)} × ${count(tile.h)}`;
}

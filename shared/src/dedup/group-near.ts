import { type HashList, isSameHash, orderByHash } from './hash-list.ts';
import { NearHashes } from './near-hashes.ts';

const hashesPerStep = 64;

/** Places of one group after the other: group g is `places[starts[g]]` up to `places[starts[g + 1]]`. */
export interface NearGroups {
  places: Uint32Array;
  starts: Uint32Array;
}

/**
 * Groups of hashes that are connected by steps of at most `threshold` bits: exact single linkage. Groups of one are left out.
 * @yields how many hashes are done, every few milliseconds
 * @returns places of each group ascending; the largest group first, then by first place
 */
export function* groupNear(hashes: HashList, threshold: number): Generator<number, NearGroups> {
  const order = orderByHash(hashes, (a, b) => a - b);
  const near = new NearHashes(hashes, threshold, 'which');
  const roots = Uint32Array.from(order, (_, place) => place);
  for (const [at, place] of order.entries()) {
    if (at % hashesPerStep === 0) yield at;
    const before = order[at - 1];
    if (before !== undefined && isSameHash(hashes, before, place)) {
      join(roots, before, place);
      continue;
    }
    near.visitNear(place, (other) => join(roots, other, place));
    near.add(place);
  }
  return collect(roots);
}

/** Without an object for each group: most of a million hashes may be in one of two. */
function collect(roots: Uint32Array): NearGroups {
  const sizes = new Uint32Array(roots.length);
  for (const place of roots.keys()) {
    const root = rootOf(roots, place);
    roots[place] = root;
    sizes[root] = (sizes[root] as number) + 1;
  }
  // a root is the first place of its group
  const groups = Uint32Array.from(roots.filter((root, place) => root === place && (sizes[root] as number) > 1));
  groups.sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b);
  const starts = new Uint32Array(groups.length + 1);
  const next = new Uint32Array(roots.length);
  for (const [at, root] of groups.entries()) {
    next[root] = starts[at] as number;
    starts[at + 1] = (starts[at] as number) + (sizes[root] as number);
  }
  const places = new Uint32Array(starts.at(-1) as number);
  for (const [place, root] of roots.entries()) {
    if ((sizes[root] as number) < 2) continue;
    places[next[root] as number] = place;
    next[root] = (next[root] as number) + 1;
  }
  return { places, starts };
}

function join(roots: Uint32Array, a: number, b: number): void {
  const left = rootOf(roots, a);
  const right = rootOf(roots, b);
  if (left !== right) roots[Math.max(left, right)] = Math.min(left, right);
}

/** Halves the way up as it goes, so that ways stay short. */
function rootOf(roots: Uint32Array, place: number): number {
  let at = place;
  while (roots[at] !== at) {
    roots[at] = roots[roots[at] as number] as number;
    at = roots[at] as number;
  }
  return at;
}

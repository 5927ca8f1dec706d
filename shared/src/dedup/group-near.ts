import { type HashList, isSameHash, orderByHash } from './hash-list.ts';
import { NearHashes } from './near-hashes.ts';

const hashesPerStep = 64;

/**
 * Groups of hashes that are connected by steps of at most `threshold` bits: exact single linkage. Groups of one are left out.
 * @yields how many hashes are done, every few milliseconds
 * @returns places of each group ascending; the largest group first, then by first place
 */
export function* groupNear(hashes: HashList, threshold: number): Generator<number, Uint32Array[]> {
  const order = orderByHash(hashes, (a, b) => a - b);
  const near = new NearHashes(hashes, threshold);
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

function collect(roots: Uint32Array): Uint32Array[] {
  const members = new Map<number, number[]>();
  for (const place of roots.keys()) {
    const root = rootOf(roots, place);
    const group = members.get(root);
    if (group === undefined) members.set(root, [place]);
    else group.push(place);
  }
  return [...members.values()]
    .filter((group) => group.length > 1)
    .map((group) => Uint32Array.from(group))
    .sort((a, b) => b.length - a.length || (a[0] as number) - (b[0] as number));
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

import { countBits } from '@nucleus/shared/dedup/hash-list';

/** The rule of deduplication as it is told, and nothing clever: keep a hash unless a kept one lies within `threshold` bits. */
export function bruteForce(hashes, order, threshold) {
  const keptHi = new Uint32Array(order.length);
  const keptLo = new Uint32Array(order.length);
  const kept = [];
  for (const place of order) {
    const hi = hashes.hi[place];
    const lo = hashes.lo[place];
    let isNear = false;
    for (let at = 0; at < kept.length && !isNear; at++)
      isNear = countBits(keptHi[at] ^ hi, keptLo[at] ^ lo) <= threshold;
    if (isNear) continue;
    keptHi[kept.length] = hi;
    keptLo[kept.length] = lo;
    kept.push(place);
  }
  return kept;
}

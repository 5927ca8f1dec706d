/** A hash is looked up by four quarters of 16 bits. */
export const quarters = 4;
export const quarterBits = 16;

/**
 * How far from each quarter of a hash the tables are searched, so that everything within `radius` bits is met: if a hash differs by
 * more than `reach[q]` bits in every quarter q, it differs by at least the sum of (reach[q] + 1), which is radius + 1. A reach of -1
 * leaves that quarter's table out.
 */
export function planReach(radius: number): number[] {
  return Array.from({ length: quarters }, (_, quarter) => {
    const share = Math.floor((radius + 1) / quarters) + (quarter < (radius + 1) % quarters ? 1 : 0);
    return Math.min(share - 1, quarterBits);
  });
}

/** How many buckets a lookup opens. */
export function countProbes(reach: readonly number[]): number {
  let probes = 0;
  for (const each of reach) for (let bits = 0; bits <= each; bits++) probes += choose(quarterBits, bits);
  return probes;
}

/** Every 16-bit value of at most `reach` bits, ascending, so that neighbours are opened together: XORed on a quarter they are its buckets. */
export function listMasks(reach: number): Uint16Array {
  const masks: number[] = [];
  for (let mask = 0; mask < 1 << quarterBits; mask++) {
    let bits = 0;
    for (let rest = mask; rest !== 0; rest &= rest - 1) bits++;
    if (bits <= reach) masks.push(mask);
  }
  return Uint16Array.from(masks);
}

function choose(of: number, some: number): number {
  let ways = 1;
  for (let at = 0; at < some; at++) ways = (ways * (of - at)) / (at + 1);
  return ways;
}

/** Perceptual hashes of 64 bits as two columns, so that a million of them are 8 MB and no objects. */
export interface HashList {
  /** Bits 63-32, the first 32 characters of the text. */
  hi: Uint32Array;
  /** Bits 31-0. */
  lo: Uint32Array;
}

/** Hashes of texts of 64 characters of 0 and 1, in their order. */
export function readHashes(texts: readonly string[]): HashList {
  const hi = new Uint32Array(texts.length);
  const lo = new Uint32Array(texts.length);
  for (const [at, text] of texts.entries()) {
    hi[at] = Number.parseInt(text.slice(0, 32), 2);
    lo[at] = Number.parseInt(text.slice(32), 2);
  }
  return { hi, lo };
}

/**
 * Places of `hashes` in order of the hash as a number; equal hashes in order of `compareTies`, which gets two places.
 * A radix sort in four passes: a comparison sort of a million 64-bit numbers takes ten times as long.
 */
export function orderByHash(hashes: HashList, compareTies: (a: number, b: number) => number): Uint32Array {
  const count = hashes.hi.length;
  let from = Uint32Array.from({ length: count }, (_, place) => place);
  let to = new Uint32Array(count);
  for (const [column, shift] of [
    [hashes.lo, 0],
    [hashes.lo, 16],
    [hashes.hi, 0],
    [hashes.hi, 16],
  ] as const) {
    const next = new Uint32Array(0x10001);
    for (let at = 0; at < count; at++) {
      const digit = ((column[at] as number) >>> shift) & 0xffff;
      next[digit + 1] = (next[digit + 1] as number) + 1;
    }
    for (let digit = 0; digit < 0x10000; digit++) {
      next[digit + 1] = (next[digit + 1] as number) + (next[digit] as number);
    }
    for (let at = 0; at < count; at++) {
      const place = from[at] as number;
      const digit = ((column[place] as number) >>> shift) & 0xffff;
      const slot = next[digit] as number;
      to[slot] = place;
      next[digit] = slot + 1;
    }
    [from, to] = [to, from];
  }
  sortTies(hashes, from, compareTies);
  return from;
}

function sortTies(hashes: HashList, order: Uint32Array, compareTies: (a: number, b: number) => number): void {
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && isSameHash(hashes, order[start] as number, order[end] as number)) end++;
    if (end - start > 1) order.subarray(start, end).sort(compareTies);
    start = end;
  }
}

/** Whether two places hold the same hash. */
export function isSameHash({ hi, lo }: HashList, a: number, b: number): boolean {
  return hi[a] === hi[b] && lo[a] === lo[b];
}

/** Number of bits in which two hashes, given as the XOR of their halves, differ: 0 to 64. */
export function countBits(hi: number, lo: number): number {
  let a = hi - ((hi >>> 1) & 0x55555555);
  let b = lo - ((lo >>> 1) & 0x55555555);
  a = (a & 0x33333333) + ((a >>> 2) & 0x33333333);
  b = (b & 0x33333333) + ((b >>> 2) & 0x33333333);
  // a nibble of the sum is at most 8, so that both halves are counted to the end at once
  const both = a + b;
  return Math.imul((both & 0x0f0f0f0f) + ((both >>> 4) & 0x0f0f0f0f), 0x01010101) >>> 24;
}

import { countBits, type HashList } from './hash-list.ts';
import { countProbes, listMasks, planReach, quarterBits, quarters } from './probe-plan.ts';

/** One quarter's table: hashes with the same 16 bits stand side by side, halves interleaved, so that a bucket is one or two cache lines. */
interface QuarterTable {
  masks: Uint16Array;
  /** First slot of each bucket, and the one after its last that is taken, interleaved. */
  bounds: Uint32Array;
  entries: Uint32Array;
  /** Empty when nobody asks which hashes are near. */
  places: Uint32Array;
}

/** A scan compares about this many hashes in the time in which one bucket is opened. */
const scannedPerProbe = 8;
/** Lookups between two yields: a few milliseconds. */
const placesPerStep = 256;

/**
 * Hashes of a list, added one by one, that answers which of them lie within `radius` bits of another: exactly, for every radius from
 * 0 to 64. Pigeonhole tables where they open fewer buckets than a scan compares hashes, a scan of what was added otherwise: few were
 * added yet, or the radius is so large that few can be apart.
 */
export class NearHashes {
  readonly #hashes: HashList;
  readonly #radius: number;
  readonly #tables: QuarterTable[];
  /** Up to so many hashes a scan is faster. */
  readonly #scanUpTo: number;
  /** Of those that were added first, as many as are ever scanned. */
  readonly #added: Uint32Array;
  readonly #entries: Uint32Array;
  #count = 0;

  /**
   * @param hashes all that will ever be added or asked for: they size the tables
   * @param tells whether some hash is near, or which are: only then {@link visitNear} may be asked
   */
  constructor(hashes: HashList, radius: number, tells: 'whether' | 'which') {
    const total = hashes.hi.length;
    const reach = planReach(radius);
    this.#hashes = hashes;
    this.#radius = radius;
    this.#scanUpTo = countProbes(reach) * scannedPerProbe;
    const mostScanned = Math.min(total, this.#scanUpTo);
    this.#added = new Uint32Array(mostScanned);
    this.#entries = new Uint32Array(mostScanned * 2);
    this.#tables =
      total <= this.#scanUpTo ? [] : reach.map((each, quarter) => makeTable(hashes, quarter, each, tells === 'which'));
  }

  /** Adds the hash at `place`; each place once. */
  add(place: number): void {
    const hi = this.#hashes.hi[place] as number;
    const lo = this.#hashes.lo[place] as number;
    if (this.#count < this.#added.length) {
      this.#added[this.#count] = place;
      this.#entries[this.#count * 2] = hi;
      this.#entries[this.#count * 2 + 1] = lo;
    }
    this.#count++;
    for (const [quarter, table] of this.#tables.entries()) {
      if (table.masks.length === 0) continue;
      const bucket = quarterOf(hi, lo, quarter);
      const slot = table.bounds[bucket * 2 + 1] as number;
      table.entries[slot * 2] = hi;
      table.entries[slot * 2 + 1] = lo;
      if (table.places.length > 0) table.places[slot] = place;
      table.bounds[bucket * 2 + 1] = slot + 1;
    }
  }

  /** Whether an added hash lies within the radius of the one at `place`. */
  hasNear(place: number): boolean {
    const hi = this.#hashes.hi[place] as number;
    const lo = this.#hashes.lo[place] as number;
    if (this.#tables.length === 0 || this.#count <= this.#scanUpTo) {
      return findNear(this.#entries, 0, this.#count, hi, lo, this.#radius) >= 0;
    }
    for (const [quarter, table] of this.#tables.entries()) {
      const value = quarterOf(hi, lo, quarter);
      if (bucketsHaveNear(table, value, hi, lo, this.#radius)) return true;
    }
    return false;
  }

  /**
   * Sets `isNear` to 1 for each of `places` that has an added hash within the radius; yields between steps. The places are taken in
   * order of each quarter, so that those who open the same buckets follow each other and find them in the processor's cache: alone,
   * each bucket is a trip to memory.
   */
  *markNear(places: Uint32Array, isNear: Uint8Array): Generator<void> {
    if (this.#tables.length === 0 || this.#count <= this.#scanUpTo) {
      for (const [at, place] of places.entries()) {
        if (this.hasNear(place)) isNear[at] = 1;
        if (at % placesPerStep === 0) yield;
      }
      return;
    }
    const { hi: his, lo: los } = this.#hashes;
    for (const [quarter, table] of this.#tables.entries()) {
      if (table.masks.length === 0) continue;
      const inOrder = orderByQuarter(this.#hashes, places, quarter);
      for (const [step, at] of inOrder.entries()) {
        if (step % placesPerStep === 0) yield;
        if (isNear[at] === 1) continue;
        const hi = his[places[at] as number] as number;
        const lo = los[places[at] as number] as number;
        if (bucketsHaveNear(table, quarterOf(hi, lo, quarter), hi, lo, this.#radius)) isNear[at] = 1;
      }
    }
  }

  /** Calls `visit` with the place of every added hash within the radius, some of them more than once. */
  visitNear(place: number, visit: (place: number) => void): void {
    const hi = this.#hashes.hi[place] as number;
    const lo = this.#hashes.lo[place] as number;
    if (this.#tables.length === 0 || this.#count <= this.#scanUpTo) {
      visitAll(this.#entries, this.#added, 0, this.#count, hi, lo, this.#radius, visit);
      return;
    }
    for (const [quarter, { masks, bounds, entries, places }] of this.#tables.entries()) {
      const value = quarterOf(hi, lo, quarter);
      for (const mask of masks) {
        const bucket = (value ^ mask) * 2;
        const start = bounds[bucket] as number;
        const end = bounds[bucket + 1] as number;
        if (start < end) visitAll(entries, places, start, end, hi, lo, this.#radius, visit);
      }
    }
  }
}

/** Indexes into `places` in order of a quarter of their hashes. */
function orderByQuarter({ hi, lo }: HashList, places: Uint32Array, quarter: number): Uint32Array {
  const next = new Uint32Array((1 << quarterBits) + 1);
  const values = new Uint16Array(places.length);
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    const value = quarterOf(hi[place] as number, lo[place] as number, quarter);
    values[at] = value;
    next[value + 1] = (next[value + 1] as number) + 1;
  }
  for (let value = 0; value < 1 << quarterBits; value++) {
    next[value + 1] = (next[value + 1] as number) + (next[value] as number);
  }
  const ordered = new Uint32Array(places.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    ordered[next[value] as number] = at;
    next[value] = (next[value] as number) + 1;
  }
  return ordered;
}

function makeTable({ hi, lo }: HashList, quarter: number, reach: number, hasPlaces: boolean): QuarterTable {
  const none = new Uint32Array(0);
  if (reach < 0) return { masks: new Uint16Array(0), bounds: none, entries: none, places: none };
  const counts = new Uint32Array(1 << quarterBits);
  for (let at = 0; at < hi.length; at++) {
    const bucket = quarterOf(hi[at] as number, lo[at] as number, quarter);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  const bounds = new Uint32Array(counts.length * 2);
  let start = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    bounds[bucket * 2] = start;
    bounds[bucket * 2 + 1] = start;
    start += counts[bucket] as number;
  }
  return {
    masks: listMasks(reach),
    bounds,
    entries: new Uint32Array(hi.length * 2),
    places: hasPlaces ? new Uint32Array(hi.length) : none,
  };
}

function bucketsHaveNear(table: QuarterTable, value: number, hi: number, lo: number, radius: number): boolean {
  const { masks, bounds, entries } = table;
  for (let at = 0; at < masks.length; at++) {
    const bucket = (value ^ (masks[at] as number)) * 2;
    const end = (bounds[bucket + 1] as number) * 2;
    for (let slot = (bounds[bucket] as number) * 2; slot < end; slot += 2) {
      if (countBits((entries[slot] as number) ^ hi, (entries[slot + 1] as number) ^ lo) <= radius) return true;
    }
  }
  return false;
}

/** Slot of a hash within the radius, the last first (in a sorted walk the nearest are the last added); -1 when there is none. */
function findNear(entries: Uint32Array, start: number, end: number, hi: number, lo: number, radius: number): number {
  for (let slot = end - 1; slot >= start; slot--) {
    const distance = countBits((entries[slot * 2] as number) ^ hi, (entries[slot * 2 + 1] as number) ^ lo);
    if (distance <= radius) return slot;
  }
  return -1;
}

function visitAll(
  entries: Uint32Array,
  places: Uint32Array,
  start: number,
  end: number,
  hi: number,
  lo: number,
  radius: number,
  visit: (place: number) => void,
): void {
  for (let slot = start; slot < end; slot++) {
    const distance = countBits((entries[slot * 2] as number) ^ hi, (entries[slot * 2 + 1] as number) ^ lo);
    if (distance <= radius) visit(places[slot] as number);
  }
}

/** Bits 63-48, 47-32, 31-16 or 15-0. */
function quarterOf(hi: number, lo: number, quarter: number): number {
  const half = quarter < quarters / 2 ? hi : lo;
  return quarter % 2 === 0 ? half >>> quarterBits : half & 0xffff;
}

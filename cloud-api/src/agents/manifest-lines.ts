/**
 * Keeps the manifest lines of the sources that were compared last, by their first two hex digits, and reads again only those in which
 * something changed. Which ones: every write gives the rows that it touches its change number, so the rows above the number that
 * is known here are the changed ones; a row that got another key has left the bucket that its place is remembered in.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../database/open-database.ts';
import {
  listChangedKeys,
  type ManifestPlace,
  type ManifestPosition,
  readChangeNo,
  readManifestBucket,
  readManifestPage,
} from './manifest-queries.ts';

/** Lines `k digest state\n` of keys with the same two first digits, sorted by k. */
export interface ManifestBucket {
  prefix: string;
  count: number;
  lines: Buffer;
}

interface Kept {
  /** Writes up to here are in the buckets. */
  changeNo: number;
  buckets: ManifestBucket[];
  /** Bucket of each place of the dataset; `nowhere` for places that no bucket holds. */
  bucketOfSeq: Uint16Array;
  bytes: number;
  usedAtMs: number;
}

const bucketCount = 256;
const nowhere = 0xffff;
/** More changed rows than this are found again sooner by reading everything. */
const mostChangedRows = 100_000;
/** More buckets than this are read sooner in the order of the writes, all of them. */
const mostReadByKey = 96;
const rowsPerPage = 20_000;
const mostKeptBytes = 128 * 1024 * 1024;
const keepMs = 120_000;

export class ManifestLines {
  readonly #db: Database;
  readonly #clock: () => number;
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Map<string, Promise<readonly ManifestBucket[]>>();

  constructor(db: Database, clock: () => number) {
    this.#db = db;
    this.#clock = clock;
  }

  /** The 256 buckets of a source, current with every write that was answered before. Those who ask at once wait for one reading. */
  async of(place: ManifestPlace): Promise<readonly ManifestBucket[]> {
    const key = [place.tenantId, place.datasetId, place.sourceId].join();
    // a reading that is under way may have begun before the caller's last write
    await this.#underWay.get(key)?.catch(() => undefined);
    const again = this.#underWay.get(key);
    if (again !== undefined) return again;
    const reading = this.#refresh(key, place).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, reading);
    return reading;
  }

  async #refresh(key: string, place: ManifestPlace): Promise<readonly ManifestBucket[]> {
    this.#forgetUnused();
    const changeNo = await readChangeNo(this.#db, place.tenantId, place.datasetId);
    const before = this.#kept.get(key);
    // changed in place: what is half done is read anew by the next who asks
    this.#kept.delete(key);
    let kept = before;
    let dirty = kept && (await this.#findDirty(place, kept));
    if (kept === undefined || dirty === undefined || dirty.size > mostReadByKey) {
      kept = await this.#readAll(place, changeNo);
      // a row that was written meanwhile may have been met in no page
      dirty = (await this.#findDirty(place, kept)) ?? new Set(kept.buckets.keys());
    }
    for (const bucket of dirty) {
      dirty.delete(bucket);
      for (const left of await this.#readBucket(place, kept, bucket)) dirty.add(left);
    }
    kept.changeNo = changeNo;
    kept.usedAtMs = this.#clock();
    this.#kept.set(key, kept);
    this.#forgetLargest();
    return kept.buckets;
  }

  async #readAll(place: ManifestPlace, upTo: number): Promise<Kept> {
    const kept = emptyLines();
    const lines: string[][] = kept.buckets.map(() => []);
    let after: ManifestPosition | undefined = { changeNo: 0, seq: -1 };
    while (after !== undefined) {
      const page = await readManifestPage(this.#db, place, after, upTo, rowsPerPage);
      for (const part of page.parts) {
        const bucket = bucketOf(part.prefix);
        lines[bucket]?.push(part.lines);
        for (const seq of part.seqs) remember(kept, seq, bucket);
      }
      after = page.end;
    }
    for (const [bucket, parts] of lines.entries()) {
      if (parts.length === 0) continue;
      // the key stands first, so that lines in order are keys in order
      const sorted = parts.join('\n').split('\n').sort();
      setBucket(kept, bucket, sorted.length, `${sorted.join('\n')}\n`);
      await nextTurn();
    }
    kept.changeNo = upTo;
    return kept;
  }

  /** Buckets that changed rows are in or have left; undefined when all have to be read. */
  async #findDirty(place: ManifestPlace, kept: Kept): Promise<Set<number> | undefined> {
    const rows = await listChangedKeys(this.#db, place, kept.changeNo, mostChangedRows);
    if (rows.length === mostChangedRows) return undefined;
    const dirty = new Set<number>();
    for (const { k, seq } of rows) {
      const left = kept.bucketOfSeq[seq] ?? nowhere;
      if (left !== nowhere) dirty.add(left);
      if (k !== null) dirty.add(bucketOf(k));
    }
    return dirty;
  }

  /** Answers the buckets that items have left for this one since they were read. */
  async #readBucket(place: ManifestPlace, kept: Kept, bucket: number): Promise<Set<number>> {
    const left = new Set<number>();
    const { lines, seqs } = await readManifestBucket(this.#db, place, prefixOf(bucket));
    setBucket(kept, bucket, seqs.length, lines);
    for (const seq of seqs) {
      const before = remember(kept, seq, bucket);
      if (before !== nowhere && before !== bucket) left.add(before);
    }
    return left;
  }

  #forgetUnused(): void {
    const before = this.#clock() - keepMs;
    for (const [key, { usedAtMs }] of this.#kept) if (usedAtMs < before) this.#kept.delete(key);
  }

  #forgetLargest(): void {
    let bytes = 0;
    for (const kept of this.#kept.values()) bytes += kept.bytes;
    for (const [key, kept] of this.#kept) {
      if (bytes <= mostKeptBytes) return;
      this.#kept.delete(key);
      bytes -= kept.bytes;
    }
  }
}

function emptyLines(): Kept {
  const buckets = Array.from({ length: bucketCount }, (_, bucket) => ({
    prefix: prefixOf(bucket),
    count: 0,
    lines: Buffer.alloc(0),
  }));
  return { changeNo: 0, buckets, bucketOfSeq: new Uint16Array(0), bytes: 0, usedAtMs: 0 };
}

function setBucket(kept: Kept, bucket: number, count: number, lines: string): void {
  const read: ManifestBucket = { prefix: prefixOf(bucket), count, lines: Buffer.from(lines, 'latin1') };
  kept.bytes += read.lines.length - (kept.buckets[bucket]?.lines.length ?? 0);
  kept.buckets[bucket] = read;
}

/** Answers the bucket that held the place before. */
function remember(kept: Kept, seq: number, bucket: number): number {
  if (seq >= kept.bucketOfSeq.length) kept.bucketOfSeq = grown(kept.bucketOfSeq, seq);
  const before = kept.bucketOfSeq[seq] ?? nowhere;
  kept.bucketOfSeq[seq] = bucket;
  return before;
}

function grown(before: Uint16Array, seq: number): Uint16Array {
  const after = new Uint16Array(Math.max(1024, (seq + 1) * 2)).fill(nowhere);
  after.set(before);
  return after;
}

function prefixOf(bucket: number): string {
  return bucket.toString(16).padStart(2, '0');
}

function bucketOf(k: string): number {
  return Number.parseInt(k.slice(0, 2), 16);
}

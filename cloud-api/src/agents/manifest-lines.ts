/**
 * Keeps the manifest lines of the sources that were compared last, by their first two hex digits, and writes into them what has changed.
 * What that is: every write gives the rows that it touches its change number, so the rows above the number that is known here are the
 * changed ones; a row that got another key has left the bucket that its place is remembered in.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../database/open-database.ts';
import { emptyBucket, type ManifestBucket, type ManifestLine, patchBucket, sortBucket } from './manifest-bucket.ts';
import {
  type ChangedRow,
  listChangedRows,
  type ManifestPlace,
  type ManifestPosition,
  readChangeNo,
  readManifestPage,
} from './manifest-queries.ts';

interface Kept {
  /** Writes up to here are in the buckets. */
  changeNo: number;
  buckets: ManifestBucket[];
  /** Bucket of each place of the dataset; `nowhere` for places that no bucket holds. */
  bucketOfSeq: Uint16Array;
  usedAtMs: number;
}

const bucketCount = 256;
const nowhere = 0xffff;
/** More changed rows than this are found again sooner by reading everything. */
const mostChangedRows = 100_000;
const usualPages = { rows: 20_000, changedRows: 5_000 };
const bucketsPerTurn = 8;
const mostKeptBytes = 128 * 1024 * 1024;
/** A comparison asks for the root and then for what differs; between two of them a million lines are no use. */
const keepMs = 30_000;

export class ManifestLines {
  readonly #db: Database;
  readonly #clock: () => number;
  readonly #pages: typeof usualPages;
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Map<string, Promise<readonly ManifestBucket[]>>();
  #forgetting: NodeJS.Timeout | undefined;

  /** @param pages how many rows are read at once: of a whole source, and of those that have changed */
  constructor(db: Database, clock: () => number, pages = usualPages) {
    this.#db = db;
    this.#clock = clock;
    this.#pages = pages;
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
    let kept = this.#kept.get(key);
    // changed in place: what is half done is read anew by the next who asks
    this.#kept.delete(key);
    let changed = kept && (await this.#listChanged(place, kept.changeNo, mostChangedRows));
    if (kept === undefined || changed === undefined) {
      kept = await this.#readAll(place, changeNo);
      // a row that was written meanwhile may have been met in no page
      changed = (await this.#listChanged(place, changeNo, Number.POSITIVE_INFINITY)) ?? [];
    }
    await patch(kept, place.sourceId, changed);
    kept.changeNo = changeNo;
    kept.usedAtMs = this.#clock();
    this.#kept.set(key, kept);
    this.#forgetLargest();
    this.#forgetting ??= setInterval(() => this.#forgetUnused(), keepMs / 4).unref();
    return kept.buckets;
  }

  async #readAll(place: ManifestPlace, upTo: number): Promise<Kept> {
    const parts: string[][] = Array.from({ length: bucketCount }, () => []);
    let after: ManifestPosition | undefined = { changeNo: 0, seq: -1 };
    while (after !== undefined) {
      const page = await readManifestPage(this.#db, place, after, upTo, this.#pages.rows);
      for (const { prefix, lines } of page.parts) parts[bucketOf(prefix)]?.push(lines);
      after = page.end;
    }
    const kept = emptyLines();
    for (const [bucket, texts] of parts.entries()) {
      if (texts.length === 0) continue;
      const lines = texts.join('\n').split('\n').map(toLine);
      texts.length = 0;
      kept.buckets[bucket] = sortBucket(prefixOf(bucket), lines);
      for (const { seq } of lines) remember(kept, seq, bucket);
      await nextTurn();
    }
    return kept;
  }

  /** The last state of each row that was written after a number; undefined when they are too many. */
  async #listChanged(place: ManifestPlace, changeNo: number, most: number): Promise<ChangedRow[] | undefined> {
    const changed = new Map<number, ChangedRow>();
    let after: ManifestPosition = { changeNo, seq: Number.MAX_SAFE_INTEGER };
    for (;;) {
      const rows = await listChangedRows(this.#db, place, after, this.#pages.changedRows);
      for (const row of rows) changed.set(row.seq, row);
      if (changed.size > most) return undefined;
      after = rows.at(-1) ?? after;
      if (rows.length < this.#pages.changedRows) return [...changed.values()];
    }
  }

  #forgetUnused(): void {
    const before = this.#clock() - keepMs;
    for (const [key, { usedAtMs }] of this.#kept) if (usedAtMs < before) this.#kept.delete(key);
    if (this.#kept.size > 0) return;
    clearInterval(this.#forgetting);
    this.#forgetting = undefined;
  }

  #forgetLargest(): void {
    let bytes = 0;
    for (const { buckets } of this.#kept.values()) for (const { lines } of buckets) bytes += lines.length;
    for (const [key, { buckets }] of this.#kept) {
      if (bytes <= mostKeptBytes) return;
      this.#kept.delete(key);
      for (const { lines } of buckets) bytes -= lines.length;
    }
  }
}

/** Takes the lines of changed rows out of the buckets they were in and puts their new ones where they belong. */
async function patch(kept: Kept, sourceId: string, changed: readonly ChangedRow[]): Promise<void> {
  const gone = new Map<number, Set<number>>();
  const added = new Map<number, ManifestLine[]>();
  for (const { k, digest, state, seq, sourceId: owner } of changed) {
    const isHere = k !== null && owner === sourceId;
    const bucket = isHere ? bucketOf(k) : nowhere;
    const before = remember(kept, seq, bucket);
    if (before !== nowhere) gone.set(before, (gone.get(before) ?? new Set()).add(seq));
    if (!isHere) continue;
    const lines = added.get(bucket);
    const line = { seq, line: `${k} ${digest} ${state}\n` };
    if (lines === undefined) added.set(bucket, [line]);
    else lines.push(line);
  }
  const touched = new Set([...gone.keys(), ...added.keys()]);
  for (const [n, bucket] of [...touched].entries()) {
    if (n % bucketsPerTurn === 0) await nextTurn();
    const before = kept.buckets[bucket] ?? emptyBucket(prefixOf(bucket));
    kept.buckets[bucket] = patchBucket(before, gone.get(bucket) ?? new Set(), added.get(bucket) ?? []);
  }
}

function emptyLines(): Kept {
  const buckets = Array.from({ length: bucketCount }, (_, bucket) => emptyBucket(prefixOf(bucket)));
  return { changeNo: 0, buckets, bucketOfSeq: new Uint16Array(0), usedAtMs: 0 };
}

/** Of `k digest state seq`. */
function toLine(text: string): ManifestLine {
  const at = text.lastIndexOf(' ');
  return { seq: Number(text.slice(at + 1)), line: `${text.slice(0, at)}\n` };
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

import type { CompareTask } from './compare-messages.ts';
import { type HashCandidate, hasNoPixels } from './rules.ts';
import { TextColumn } from './text-column.ts';

const firstPlaces = 1024;

/**
 * Candidates of a comparison in columns: a million take 80 MB with their names and 16 without, and ten times as much as objects.
 * A place is the number of a candidate that has a hash, in the order in which they were added.
 */
export class HashTable {
  /** Empty for a table without names. */
  readonly referenceIds = new TextColumn();
  #itemIds = new TextColumn();
  readonly #hasNames: boolean;
  #count = 0;
  /** Candidates without a hash, and those of them whose pixels cannot be decoded. */
  withoutHash = 0;
  withoutPixels = 0;
  #hi = new Uint32Array(firstPlaces);
  #lo = new Uint32Array(firstPlaces);
  #seqs = new Float64Array(firstPlaces);

  constructor({ hasNames }: { hasNames: boolean }) {
    this.#hasNames = hasNames;
  }

  /** How many have a hash. */
  get count(): number {
    return this.#count;
  }

  add(rows: readonly HashCandidate[]): void {
    for (const row of rows) {
      if (row.phash === null) {
        this.withoutHash += 1;
        if (hasNoPixels(row)) this.withoutPixels += 1;
        continue;
      }
      const place = this.#count;
      this.#count += 1;
      if (place === this.#hi.length) this.#grow();
      this.#hi[place] = Number.parseInt(row.phash.slice(0, 32), 2);
      this.#lo[place] = Number.parseInt(row.phash.slice(32), 2);
      if (!this.#hasNames) {
        this.#seqs[place] = row.seq;
        continue;
      }
      this.#itemIds.push(row.itemId);
      this.referenceIds.push(row.referenceId);
    }
  }

  /** Place in the dataset of the candidate at a place; a table with names does not keep it. */
  seqOf(place: number): number {
    return this.#seqs[place] as number;
  }

  /** Hands over all but the places in the dataset and the reference ids: a thread is about to need the memory. */
  task(kind: CompareTask['kind'], threshold: number): CompareTask {
    const { count } = this;
    const { bytes: ids, width: idBytes } = this.#itemIds.padded();
    const task = { kind, threshold, hi: this.#hi.slice(0, count), lo: this.#lo.slice(0, count), ids, idBytes };
    this.#itemIds = new TextColumn();
    this.#hi = new Uint32Array(0);
    this.#lo = new Uint32Array(0);
    return task;
  }

  #grow(): void {
    const [hi, lo, seqs] = [this.#hi, this.#lo, this.#seqs];
    this.#hi = new Uint32Array(hi.length * 2);
    this.#lo = new Uint32Array(hi.length * 2);
    this.#seqs = new Float64Array(this.#hasNames ? 0 : hi.length * 2);
    this.#hi.set(hi);
    this.#lo.set(lo);
    if (!this.#hasNames) this.#seqs.set(seqs);
  }
}

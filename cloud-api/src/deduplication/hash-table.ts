import type { CompareTask } from './compare-messages.ts';
import { type HashCandidate, hasNoPixels } from './rules.ts';

const firstPlaces = 1024;

/**
 * Candidates of a comparison in columns: a million take 120 MB as texts and numbers, and five times as much as objects.
 * A place is the number of a candidate that has a hash, in the order in which they were added.
 */
export class HashTable {
  readonly referenceIds: string[] = [];
  readonly itemIds: string[] = [];
  /** Candidates without a hash, and those of them whose pixels cannot be decoded. */
  withoutHash = 0;
  withoutPixels = 0;
  #hi = new Uint32Array(firstPlaces);
  #lo = new Uint32Array(firstPlaces);
  #seqs = new Float64Array(firstPlaces);

  /** How many have a hash. */
  get count(): number {
    return this.itemIds.length;
  }

  add(rows: readonly HashCandidate[]): void {
    for (const row of rows) {
      if (row.phash === null) {
        this.withoutHash += 1;
        if (hasNoPixels(row)) this.withoutPixels += 1;
        continue;
      }
      const place = this.count;
      if (place === this.#hi.length) this.#grow();
      this.#hi[place] = Number.parseInt(row.phash.slice(0, 32), 2);
      this.#lo[place] = Number.parseInt(row.phash.slice(32), 2);
      this.#seqs[place] = row.seq;
      this.itemIds.push(row.itemId);
      this.referenceIds.push(row.referenceId);
    }
  }

  /** Place in the dataset of the candidate at a place. */
  seqOf(place: number): number {
    return this.#seqs[place] as number;
  }

  task(kind: CompareTask['kind'], threshold: number): CompareTask {
    const idBytes = this.itemIds.reduce((most, id) => Math.max(most, id.length), 0);
    const ids = Buffer.alloc(kind === 'groups' ? 0 : idBytes * this.count);
    if (ids.length > 0) for (const [place, id] of this.itemIds.entries()) ids.write(id, place * idBytes, 'latin1');
    const { count } = this;
    return { kind, threshold, hi: this.#hi.slice(0, count), lo: this.#lo.slice(0, count), ids, idBytes };
  }

  #grow(): void {
    const [hi, lo, seqs] = [this.#hi, this.#lo, this.#seqs];
    this.#hi = new Uint32Array(hi.length * 2);
    this.#lo = new Uint32Array(hi.length * 2);
    this.#seqs = new Float64Array(hi.length * 2);
    this.#hi.set(hi);
    this.#lo.set(lo);
    this.#seqs.set(seqs);
  }
}

const blockBytes = 1024 * 1024;
const firstPlaces = 1024;

/**
 * Texts of up to a kilobyte by their place, as bytes in blocks: a million ids as JavaScript texts take three times as much, and the collector
 * of garbage walks them again and again.
 */
export class TextColumn {
  readonly #blocks: Buffer[] = [];
  /** Bytes that are taken of the last block. */
  #used = blockBytes;
  #starts = new Uint32Array(firstPlaces);
  #lengths = new Uint16Array(firstPlaces);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  push(text: string): void {
    if (this.#count === this.#starts.length) this.#grow();
    // at most three bytes a code unit
    if (this.#blocks.length === 0 || this.#used + text.length * 3 > blockBytes) {
      this.#blocks.push(Buffer.allocUnsafeSlow(blockBytes));
      this.#used = 0;
    }
    const block = this.#blocks.length - 1;
    const length = (this.#blocks[block] as Buffer).write(text, this.#used);
    this.#starts[this.#count] = block * blockBytes + this.#used;
    this.#lengths[this.#count] = length;
    this.#used += length;
    this.#count += 1;
  }

  at(place: number): string {
    const start = this.#starts[place] as number;
    const from = start % blockBytes;
    const block = this.#blocks[Math.floor(start / blockBytes)] as Buffer;
    return block.toString('utf8', from, from + (this.#lengths[place] as number));
  }

  /** UTF-8 of all texts, each padded with zeros to the longest. */
  padded(): { bytes: Uint8Array; width: number } {
    let width = 0;
    for (let place = 0; place < this.#count; place++) width = Math.max(width, this.#lengths[place] as number);
    const bytes = new Uint8Array(width * this.#count);
    // by hand: for texts this short a view for each costs ten times as much
    for (let place = 0; place < this.#count; place++) {
      const start = this.#starts[place] as number;
      const block = this.#blocks[Math.floor(start / blockBytes)] as Buffer;
      const [from, to, length] = [start % blockBytes, place * width, this.#lengths[place] as number];
      for (let at = 0; at < length; at++) bytes[to + at] = block[from + at] as number;
    }
    return { bytes, width };
  }

  #grow(): void {
    const [starts, lengths] = [this.#starts, this.#lengths];
    this.#starts = new Uint32Array(starts.length * 2);
    this.#lengths = new Uint16Array(starts.length * 2);
    this.#starts.set(starts);
    this.#lengths.set(lengths);
  }
}

/** A text of {@link TextColumn.padded} by its place. */
export function unpadded(bytes: Uint8Array, width: number, place: number): string {
  const end = bytes.subarray(place * width, (place + 1) * width).indexOf(0);
  const length = end === -1 ? width : end;
  return Buffer.from(bytes.buffer, bytes.byteOffset + place * width, length).toString('utf8');
}

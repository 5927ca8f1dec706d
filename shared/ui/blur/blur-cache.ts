/**
 * Decoded blurhashes, kept by hash and shape. Decoding takes a fraction of a millisecond, so a queue does a few at a time between
 * frames and never while scrolling hands out a frame; until then a tile shows the mean colour, which is read at once.
 */

export interface Blur {
  width: number;
  height: number;
  rgba: Uint8ClampedArray;
}
export type DecodeBlur = (hash: string, width: number, height: number) => Uint8ClampedArray;
/** Runs work when there is time; gives the milliseconds that it may take. */
export type WhenIdle = (work: (budgetMs: number) => void) => void;

const longEdge = 24;
const kept = 4000; // about 7 MB
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';

/** The mean colour of a blurhash as `rgb(…)`; undefined when it is none. */
export function meanColor(hash: string): string | undefined {
  let value = 0;
  for (const char of hash.slice(2, 6)) {
    const digit = alphabet.indexOf(char);
    if (digit < 0) return undefined;
    value = value * 83 + digit;
  }
  if (hash.length < 6 || value > 0xffffff) return undefined;
  return `rgb(${value >> 16} ${(value >> 8) & 255} ${value & 255})`;
}

export class BlurCache {
  readonly #decode: DecodeBlur;
  readonly #whenIdle: WhenIdle;
  readonly #now: () => number;
  readonly #done = new Map<string, Blur | null>();
  readonly #waiting = new Map<string, { hash: string; width: number; height: number; tell: Set<() => void> }>();
  #isScheduled = false;

  constructor(decode: DecodeBlur, whenIdle: WhenIdle, now: () => number) {
    this.#decode = decode;
    this.#whenIdle = whenIdle;
    this.#now = now;
  }

  /** The blur if it is decoded; null if it cannot be; undefined if it has to be asked for. */
  peek(hash: string, aspect: number): Blur | null | undefined {
    return this.#done.get(keyOf(hash, aspect));
  }

  /** Asks for a blur; `tell` is called once it is there. The returned function takes the wish back. */
  ask(hash: string, aspect: number, tell: () => void): () => void {
    const key = keyOf(hash, aspect);
    if (this.#done.has(key)) {
      tell();
      return () => undefined;
    }
    const wish = this.#waiting.get(key) ?? { hash, ...shapeOf(aspect), tell: new Set() };
    wish.tell.add(tell);
    this.#waiting.set(key, wish);
    this.#schedule();
    return () => {
      wish.tell.delete(tell);
      if (wish.tell.size === 0) this.#waiting.delete(key);
    };
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#whenIdle((budgetMs) => {
      this.#isScheduled = false;
      const end = this.#now() + budgetMs;
      for (const [key, wish] of this.#waiting) {
        this.#waiting.delete(key);
        this.#keep(key, this.#decoded(wish));
        for (const tell of wish.tell) tell();
        if (this.#now() >= end) break;
      }
      if (this.#waiting.size > 0) this.#schedule();
    });
  }

  #decoded({ hash, width, height }: { hash: string; width: number; height: number }): Blur | null {
    try {
      return { width, height, rgba: this.#decode(hash, width, height) };
    } catch {
      return null; // not a blurhash: the tile stays without a blur
    }
  }

  #keep(key: string, blur: Blur | null): void {
    this.#done.set(key, blur);
    const oldest = this.#done.keys().next().value;
    if (this.#done.size > kept && oldest !== undefined) this.#done.delete(oldest);
  }
}

/** Pixels of a blur that stands in for a picture of this shape. */
export function shapeOf(aspect: number): { width: number; height: number } {
  const bounded = Math.min(3, Math.max(1 / 3, aspect));
  return bounded >= 1
    ? { width: longEdge, height: Math.max(8, Math.round(longEdge / bounded)) }
    : { width: Math.max(8, Math.round(longEdge * bounded)), height: longEdge };
}

function keyOf(hash: string, aspect: number): string {
  const { width, height } = shapeOf(aspect);
  return `${width}x${height} ${hash}`;
}

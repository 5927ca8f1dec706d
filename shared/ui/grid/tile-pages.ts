/**
 * Loads tiles by place, a page at a time, only those that are wanted now. Keeps the pages used last; a page that fell out is loaded
 * again when it comes into view. Knows nothing of the screen: {@link TilePages.want} says what is near it.
 */
import { pageSize } from './grid-map.ts';

export interface LoadedPage<T> {
  total: number;
  tiles: T[];
}
export type PageLoader<T> = (offset: number, limit: number, signal: AbortSignal) => Promise<LoadedPage<T>>;

const atOnce = 3;
const keptPages = 160; // 80,000 tiles, about 40 MB

export class TilePages<T> {
  readonly #load: PageLoader<T>;
  readonly #pages = new Map<number, T[]>();
  readonly #running = new Map<number, AbortController>();
  readonly #listeners = new Set<() => void>();
  /** Pages that are shown and wait to be loaded anew. */
  readonly #stale = new Set<number>();
  #wanted: number[] = [];
  /** How many of the wanted pages, from the first, are seen now. */
  #seen = 0;
  #total: number | undefined;
  #failure: unknown;
  #version = 0;

  constructor(load: PageLoader<T>) {
    this.#load = load;
  }

  /** Undefined until the first page has come. */
  get total(): number | undefined {
    return this.#total;
  }

  /** Why loading stands still; undefined while it works. */
  get failure(): unknown {
    return this.#failure;
  }

  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  tile(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  page(page: number): readonly T[] | undefined {
    return this.#pages.get(page);
  }

  /**
   * Says which pages are near the screen, most urgent first; loads that are no longer wanted are given up. The first `seen` are on it:
   * the others wait for them, so that a scroll that flies past costs the server one page and not three.
   */
  want(pages: readonly number[], seen = pages.length): void {
    this.#wanted = [...pages];
    this.#seen = seen;
    for (const [page, controller] of this.#running) {
      if (!pages.includes(page)) {
        this.#running.delete(page);
        controller.abort();
      }
    }
    for (const page of pages) {
      const tiles = this.#pages.get(page);
      if (tiles === undefined) continue;
      this.#pages.delete(page);
      this.#pages.set(page, tiles);
    }
    this.#start();
  }

  /** Takes a total that was learned elsewhere. A result that shrank has lost places in between: everything is loaded anew. */
  noteTotal(total: number): void {
    if (this.#total === undefined || total === this.#total) return;
    if (total < this.#total) this.#pages.clear();
    this.#resize(total);
    this.#tell();
    this.#start();
  }

  /** Asks for the total again when something says that it has changed. */
  async refreshTotal(): Promise<void> {
    try {
      this.noteTotal((await this.#load(0, 1, AbortSignal.timeout(10_000))).total);
    } catch {
      // The list stays as it is; whoever noticed the change asks again.
    }
  }

  /** Loads everything anew, what is in view first; until it has come, what is here stays. */
  reload(): void {
    for (const page of this.#pages.keys()) this.#stale.add(page);
    for (const controller of this.#running.values()) controller.abort();
    this.#running.clear();
    this.#start();
  }

  retry(): void {
    this.#failure = undefined;
    this.#tell();
    this.#start();
  }

  /** The tiles at these places, loading what is missing. */
  async gather(indices: readonly number[], signal: AbortSignal): Promise<T[]> {
    const missing = new Map<number, T[]>();
    for (const page of new Set(indices.map((index) => Math.floor(index / pageSize)))) {
      const here = this.#pages.get(page);
      missing.set(page, here ?? (await this.#load(page * pageSize, pageSize, signal)).tiles);
    }
    return indices
      .map((index) => missing.get(Math.floor(index / pageSize))?.[index % pageSize])
      .filter((tile) => tile !== undefined);
  }

  #start(): void {
    if (this.#failure !== undefined) return;
    for (const [at, page] of this.#wanted.entries()) {
      if (this.#running.size >= atOnce) return;
      if (at === this.#seen && this.#running.size > 0) return;
      const isMissing = !this.#pages.has(page) || this.#stale.has(page);
      if (isMissing && !this.#running.has(page)) void this.#fetch(page);
    }
  }

  async #fetch(page: number): Promise<void> {
    const controller = new AbortController();
    this.#running.set(page, controller);
    try {
      const loaded = await this.#load(page * pageSize, pageSize, controller.signal);
      if (controller.signal.aborted) return;
      this.#resize(loaded.total);
      this.#pages.set(page, loaded.tiles);
      this.#stale.delete(page);
      this.#forget();
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#failure = error;
    } finally {
      if (this.#running.get(page) === controller) this.#running.delete(page);
    }
    this.#tell();
    this.#start();
  }

  /** Drops pages that were cut at an older total. */
  #resize(total: number): void {
    this.#total = total;
    for (const [page, tiles] of this.#pages) {
      if (tiles.length !== Math.min(pageSize, Math.max(0, total - page * pageSize))) this.#pages.delete(page);
    }
  }

  #forget(): void {
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= keptPages) return;
      if (!this.#wanted.includes(page)) this.#pages.delete(page);
    }
  }

  #tell(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}

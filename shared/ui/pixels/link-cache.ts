/**
 * Media links by picture and size: asked for in batches of at most 500, once a frame, only for what is on screen; kept until shortly
 * before they expire. A link that does not load is asked for anew once; then its tile says so. Time, frames and minting are arguments.
 */
import { type MediaLink, maxMediaLinks, type NoPreviewReason } from '@nucleus/shared/wire/local';
import type { z } from 'zod';
import { loadLook, type PixelLook, type PixelSource, type PixelWant } from './pixel-source.ts';

export type MintLinks = (
  items: { source: string; reference_id: string; variant: PixelWant['variant'] }[],
) => Promise<z.infer<typeof MediaLink>[]>;

export interface LinkCacheOptions {
  mint: MintLinks;
  nowS: () => number;
  /** Calls back at the next frame. */
  onFrame: (callback: () => void) => void;
  /** A whole batch failed: an expired session, an agent that is gone. */
  onFailure: (error: unknown) => void;
  /** Finds out why a link brought no picture, where the page may ask. */
  explain?: (url: string) => Promise<{ word: string; code: string } | undefined>;
}

interface Entry {
  want: PixelWant;
  look: PixelLook;
  /** Seconds since 1970 by this computer's clock. */
  goodUntil: number;
  breaks: number;
  isAsked: boolean;
  watchers: Set<() => void>;
}

const batchesAtOnce = 2;
const renewBeforeS = 30;
const kept = 6000;
/** Links live 5 to 10 minutes by the agent's clock; a lifetime outside of this is a clock that differs. */
const longestLifeS = 660;
const assumedLifeS = 240;

export class LinkCache implements PixelSource {
  readonly #options: LinkCacheOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new Set<Entry>();
  #running = 0;
  #isScheduled = false;
  #skewS = 0;
  #breaksInRow = 0;
  #isStopped = false;

  constructor(options: LinkCacheOptions) {
    this.#options = options;
  }

  /** Seconds by which the agent's clock seems to differ; 0 when link lifetimes look right. */
  get skewS(): number {
    return this.#skewS;
  }

  /** How many links in a row did not load. */
  get breaksInRow(): number {
    return this.#breaksInRow;
  }

  look(want: PixelWant): PixelLook {
    return this.#entries.get(keyOf(want))?.look ?? loadLook;
  }

  watch(want: PixelWant, tell: () => void): () => void {
    const entry = this.#entryOf(want);
    entry.watchers.add(tell);
    if (!entry.isAsked && this.#options.nowS() >= entry.goodUntil) this.#ask(entry);
    return () => {
      entry.watchers.delete(tell);
      if (entry.watchers.size === 0) this.#queue.delete(entry);
    };
  }

  broke(want: PixelWant, url: string): void {
    const entry = this.#entries.get(keyOf(want));
    if (entry === undefined || entry.look.state !== 'link' || entry.look.url !== url) return;
    this.#breaksInRow += 1;
    entry.breaks += 1;
    if (entry.breaks > 1) {
      this.#show(entry, { state: 'error', word: 'Picture did not load', code: 'link_failed' });
      void this.#explain(entry, url);
      return;
    }
    entry.goodUntil = 0;
    this.#show(entry, loadLook);
    this.#ask(entry);
  }

  async #explain(entry: Entry, url: string): Promise<void> {
    const why = await this.#options.explain?.(url).catch(() => undefined);
    if (why !== undefined && !this.#isStopped && entry.breaks > 1) this.#show(entry, { state: 'error', ...why });
  }

  worked(want: PixelWant): void {
    this.#breaksInRow = 0;
    const entry = this.#entries.get(keyOf(want));
    if (entry !== undefined) entry.breaks = 0;
  }

  /** Asks for nothing more; what comes late is dropped. */
  stop(): void {
    this.#isStopped = true;
    this.#queue.clear();
  }

  #entryOf(want: PixelWant): Entry {
    const key = keyOf(want);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { want, look: loadLook, goodUntil: 0, breaks: 0, isAsked: false, watchers: new Set() };
    } else {
      this.#entries.delete(key); // the map's order is the order of last use
    }
    this.#entries.set(key, entry);
    for (const [oldKey, old] of this.#entries) {
      if (this.#entries.size <= kept) break;
      if (old.watchers.size === 0 && !old.isAsked) this.#entries.delete(oldKey);
    }
    return entry;
  }

  #ask(entry: Entry): void {
    if (this.#isStopped) return;
    this.#queue.add(entry);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#queue.size === 0) return;
    this.#isScheduled = true;
    this.#options.onFrame(() => {
      this.#isScheduled = false;
      while (this.#queue.size > 0 && this.#running < batchesAtOnce) {
        const batch = [...this.#queue].slice(0, maxMediaLinks);
        for (const entry of batch) this.#queue.delete(entry);
        void this.#send(batch);
      }
    });
  }

  async #send(batch: Entry[]): Promise<void> {
    this.#running += 1;
    for (const entry of batch) entry.isAsked = true;
    try {
      const links = await this.#options.mint(
        batch.map(({ want }) => ({ source: want.source, reference_id: want.ref, variant: want.variant })),
      );
      if (this.#isStopped) return;
      for (const [at, entry] of batch.entries()) this.#take(entry, links[at]);
    } catch (error) {
      if (!this.#isStopped) this.#options.onFailure(error);
    } finally {
      for (const entry of batch) entry.isAsked = false;
      this.#running -= 1;
      this.#schedule();
    }
  }

  #take(entry: Entry, link: z.infer<typeof MediaLink> | undefined): void {
    if (link === undefined || link.reference_id !== entry.want.ref) {
      this.#show(entry, { state: 'error', word: 'No link for this item', code: 'unreadable' });
    } else if ('error' in link) {
      this.#show(entry, refusedLook(link));
      entry.goodUntil = this.#options.nowS() + assumedLifeS;
    } else {
      const now = this.#options.nowS();
      const life = link.expires_at - now;
      const isPlausible = life > 0 && life <= longestLifeS;
      this.#skewS = isPlausible ? 0 : life > 0 ? life - longestLifeS : life;
      entry.goodUntil = now + (isPlausible ? life : assumedLifeS) - renewBeforeS;
      this.#show(entry, { state: 'link', url: link.url });
    }
  }

  #show(entry: Entry, look: PixelLook): void {
    entry.look = look;
    for (const tell of entry.watchers) tell();
  }
}

const noPreviewWords: Record<NoPreviewReason, string> = {
  'hevc': 'HEVC is not decoded here',
  'video': 'No frame without ffmpeg',
  'no-preview': 'Raw file without a preview',
  'bitmap-kind': 'Bitmap kind not decoded',
};

function refusedLook(link: Extract<z.infer<typeof MediaLink>, { error: string }>): PixelLook {
  if (link.error === 'source-suspended') return { state: 'offline', word: 'Source suspended' };
  return link.error === 'no-preview'
    ? { state: 'error', word: noPreviewWords[link.why], code: 'no_preview' }
    : { state: 'error', word: 'Not on this agent', code: link.error };
}

function keyOf(want: PixelWant): string {
  return `${want.variant}\0${want.source}\0${want.ref}`;
}

/**
 * The address of a link, if it is one of this agent's media links; undefined for anything else, so that a wrong answer cannot point
 * a page's pictures at another host.
 */
export function mediaAddress(url: string, agentOrigin: string): string | undefined {
  if (!URL.canParse(url, agentOrigin)) return undefined;
  const address = new URL(url, agentOrigin);
  return address.origin === agentOrigin && address.pathname.startsWith('/m/') ? address.href : undefined;
}

/** What a tile asks of whoever has pixels, on both pages. */
import type { Variant } from '@nucleus/shared/wire/local';

/** One picture in one size. */
export interface PixelWant {
  source: string;
  ref: string;
  variant: Variant;
}

/** What can be shown of it now. `blur` means that nobody asked for pixels; `load` that a link is on its way. */
export type PixelLook =
  | { state: 'blur' }
  | { state: 'load' }
  | { state: 'link'; url: string }
  | { state: 'blocked'; word: string }
  | { state: 'offline'; word: string }
  | { state: 'error'; word: string; code: string };

export interface PixelSource {
  /** Says that the picture is on screen; `tell` is called when the look changes. The returned function says that it left. */
  watch(want: PixelWant, tell: () => void): () => void;
  look(want: PixelWant): PixelLook;
  /** The link did not load. */
  broke(want: PixelWant, url: string): void;
  /** The link loaded. */
  worked(want: PixelWant): void;
}

export const blurLook: PixelLook = { state: 'blur' };
export const loadLook: PixelLook = { state: 'load' };

/** The smallest preview that fills a box of this many device pixels on its longer edge. */
export function previewFor(devicePixels: number): Variant {
  if (devicePixels <= 300) return 'preview-256';
  if (devicePixels <= 600) return 'preview-512';
  return devicePixels <= 1200 ? 'preview-1024' : 'preview-2048';
}

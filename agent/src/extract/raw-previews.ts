import type { ExifBlocks } from '@nucleus/shared/exif/exif-facts';
import type { FileBytes } from './file-bytes.ts';
import { jpegHead } from './jpeg-segments.ts';

/** What a camera's raw file holds beside its sensor data, which is not decoded. */
export interface RawPicture {
  /** The largest embedded preview, with the raw file's orientation as its own; undefined when there is none. */
  jpeg: Uint8Array | undefined;
  /** As stored, before orientation. Undefined when neither the file nor a preview says. */
  size: { width: number; height: number } | undefined;
  orientation: number | undefined;
  /** The raw file's own allowlisted EXIF first, then the preview's. */
  exif: ExifBlocks[];
}

/** Where a JPEG is said to be. */
export interface Place {
  at: number;
  bytes: number;
}

const maxPreviewBytes = 64 * 1024 * 1024;
const headBytes = 1024 * 1024;

/** The place whose JPEG has most pixels, as bytes. */
export function largestJpeg(bytes: FileBytes, places: readonly Place[]): Buffer | undefined {
  let best: (Place & { pixels: number }) | undefined;
  for (const place of places) {
    const head = jpegHead(bytes.slice(place.at, Math.min(place.bytes, headBytes)));
    const pixels = head ? head.width * head.height : 0;
    if (pixels > (best?.pixels ?? 0)) best = { ...place, pixels };
  }
  return best && bytes.slice(best.at, Math.min(best.bytes, maxPreviewBytes));
}

export function isSize(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value >= 1 && value <= 1_000_000;
}

export function isOrientation(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 8;
}

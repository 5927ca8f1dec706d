import type { StoredExif } from '@nucleus/shared/wire/assets';
import type { ImageFormat } from '../check/sniff-image.ts';

/** What a picture is, as displayed (after its EXIF rotation). */
export interface Decoded {
  width: number;
  height: number;
  /** 64 characters of 0 and 1. */
  phash: string;
  /** 4x3 components, 28 characters. */
  blurhash: string;
  exif: StoredExif;
}

/** A part of a picture as shares of its size, 0 to 1. */
export interface Region {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Values of a mask column by column, as lengths of runs of one value. */
export interface MaskRuns {
  width: number;
  height: number;
  values: Uint8Array;
  lengths: Uint32Array;
}

export interface DecodeTask {
  id: number;
  /** A file of this machine. */
  path: string;
  /** What its first bytes say; a decoder that says otherwise refuses it. */
  format: ImageFormat;
  /** Instead of describing the picture, write a smaller one: a WebP, its longer edge at most so long. */
  render?: { path: string; longEdgePx: number } | undefined;
  /** Instead, say the blurhash of parts of it. */
  regions?: readonly Region[] | undefined;
  /** Instead, read the values of a mask. */
  asMask?: true | undefined;
}

export interface DecodeReply {
  id: number;
  rssBytes: number;
  decoded: Decoded | undefined;
  isRendered: boolean;
  /** One for each region; undefined for one that shows nothing of the picture. */
  blurhashes?: (string | undefined)[] | undefined;
  mask?: MaskRuns | undefined;
}

/** Pixels of one picture, frames included. */
export const maxPixels = 100_000_000;

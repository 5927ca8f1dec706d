import type { AnalysisSize } from '@nucleus/shared/image/analysis-size';
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import type { ExceptionCode } from '../record/exceptions.ts';

/** Formats that are decoded, by what file-type calls them. */
export const decodedFormats = {
  jpg: 'jpeg',
  png: 'png',
  apng: 'png',
  webp: 'webp',
  gif: 'gif',
  tif: 'tiff',
  avif: 'avif',
  heic: 'heic',
} as const;
export type DecodedFormat = (typeof decodedFormats)[keyof typeof decodedFormats];

const loaders: Record<DecodedFormat, string> = {
  jpeg: 'VipsForeignLoadJpeg',
  png: 'VipsForeignLoadPng',
  webp: 'VipsForeignLoadWebp',
  gif: 'VipsForeignLoadNsgif',
  tiff: 'VipsForeignLoadTiff',
  avif: 'VipsForeignLoadHeif',
  heic: 'VipsForeignLoadHeif',
};

/** Older ones have known memory faults in their loaders (GHSA-f88m-g3jw-g9cj). */
const floors = { sharp: [0, 35, 3], vips: [8, 18, 3] } as const;

/** What is wrong with the installed sharp or libvips, as a sentence; undefined when both are new enough. Pure. */
export function versionFault(versions: Readonly<Record<string, string | undefined>>): string | undefined {
  for (const [name, floor] of Object.entries(floors)) {
    const version = versions[name] ?? '0';
    if (isOlder(version.split('.').map(Number), floor)) {
      return `The picture decoder ${name} ${version} is older than ${floor.join('.')}, the first without known memory faults; run npm ci.`;
    }
  }
  return undefined;
}

/**
 * Closes every decoder but those on the list, and bounds memory and threads; once a process.
 * @returns why nothing may be decoded, as a sentence; undefined when all is well.
 */
export function prepareDecoder(): string | undefined {
  const fault = versionFault(sharp.versions as unknown as Record<string, string | undefined>);
  if (fault !== undefined) return fault;
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: [...new Set(Object.values(loaders))] });
  sharp.cache(false);
  sharp.concurrency(1);
  return undefined;
}

function isOlder(version: readonly number[], floor: readonly number[]): boolean {
  for (const [i, least] of floor.entries()) {
    const part = version[i] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}

/** A picture to decode: its bytes, or the path of a descriptor that is open on it. */
export type PictureInput = Uint8Array | string;

/** Header facts only. @throws Error from the decoder. */
export function readHeader(input: PictureInput, maxPixels: number): Promise<Metadata> {
  return sharp(input, { limitInputPixels: maxPixels, failOn: 'error' }).metadata();
}

/**
 * The picture as displayed: oriented, on mid grey, sRGB, three bytes a pixel, at exactly the size of the analysis raster.
 * @throws Error from the decoder.
 */
export async function readRaster(
  input: PictureInput,
  { width, height }: AnalysisSize,
  maxPixels: number,
): Promise<Uint8Array> {
  return (await rgbOf(sharp(input, decoding(maxPixels)).autoOrient().resize({ width, height, fit: 'fill' }))).rgb;
}

/**
 * The same of a JPEG, shrunk by its loader alone: asked for a size, sharp loads at twice that and resamples. Undefined when what came out
 * is not of this size.
 * @param path of a descriptor that is open on the picture.
 * @throws Error from the decoder.
 */
export async function readShrunkJpeg(
  path: string,
  size: AnalysisSize,
  maxPixels: number,
): Promise<Uint8Array | undefined> {
  const { rgb, width, height } = await rgbOf(sharp(`${path}[shrink=${size.factor}]`, decoding(maxPixels)).autoOrient());
  return width === size.width && height === size.height ? rgb : undefined;
}

function decoding(maxPixels: number): SharpOptions {
  return { limitInputPixels: maxPixels, failOn: 'error', pages: 1 };
}

async function rgbOf(picture: Sharp): Promise<{ rgb: Uint8Array; width: number; height: number }> {
  const { data, info } = await picture
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 3) return { rgb: data, width, height };
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.fill(data[i * channels] as number, i * 3, i * 3 + 3);
  return { rgb, width, height };
}

/** A smaller picture: oriented, sRGB, without metadata. @throws Error from the decoder. */
export function makePreview(
  input: PictureInput,
  wanted: { widthPx: number; format: 'webp' | 'jpeg' },
  maxPixels: number,
): Promise<Buffer> {
  const scaled = sharp(input, { limitInputPixels: maxPixels, failOn: 'truncated', pages: 1 })
    .autoOrient()
    .resize({ width: wanted.widthPx, height: wanted.widthPx, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb');
  return wanted.format === 'webp'
    ? scaled.webp({ quality: 80, effort: 2 }).toBuffer()
    : scaled.flatten({ background: '#808080' }).jpeg({ quality: 82 }).toBuffer();
}

/** What a decoder's failure means. Its own words stay here: they may hold anything. */
export function decodeFailure(error: unknown): ExceptionCode {
  const message = error instanceof Error ? error.message : '';
  if (/exceeds pixel limit/i.test(message)) return 'too-many-pixels';
  if (
    /premature|truncat|end of (file|stream|input)|not enough (data|image)|unexpected end|out of order read|read error|too short/i.test(
      message,
    )
  ) {
    return 'truncated';
  }
  return 'undecodable';
}

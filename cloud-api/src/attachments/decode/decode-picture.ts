/** Decodes one picture, in a process that may be killed. The descriptors are made as the agent makes them. */
import { analysisSize } from '@nucleus/shared/image/analysis-size';
import { encodeBlurhash } from '@nucleus/shared/image/blurhash';
import { perceptualHash } from '@nucleus/shared/image/perceptual-hash';
import { surveyPixels } from '@nucleus/shared/image/survey-pixels';
import sharp, { type Metadata } from 'sharp';
import type { ImageFormat } from '../check/sniff-image.ts';
import { type Decoded, maxPixels, type Region } from './decoded.ts';
import { readExif } from './read-exif.ts';

const loaders: Record<ImageFormat, { operation: string; name: string }> = {
  jpeg: { operation: 'VipsForeignLoadJpeg', name: 'jpeg' },
  png: { operation: 'VipsForeignLoadPng', name: 'png' },
  webp: { operation: 'VipsForeignLoadWebp', name: 'webp' },
  gif: { operation: 'VipsForeignLoadNsgif', name: 'gif' },
  tiff: { operation: 'VipsForeignLoadTiff', name: 'tiff' },
  avif: { operation: 'VipsForeignLoadHeif', name: 'heif' },
};

/** Older ones have known memory faults in their loaders (GHSA-f88m-g3jw-g9cj). */
const floors = { sharp: [0, 35, 3], vips: [8, 18, 3] } as const;
const maxDimension = 1_000_000;
const decodeSeconds = 10;

/**
 * Closes every decoder but those on the list, and bounds memory and threads; once a process.
 * @throws Error when the installed sharp or libvips is older than what is safe
 */
export function prepareDecoder(): void {
  for (const [name, floor] of Object.entries(floors)) {
    const version = (sharp.versions[name as keyof typeof sharp.versions] ?? '0').split('.').map(Number);
    const differs = floor.findIndex((least, i) => (version[i] ?? 0) !== least);
    if (differs >= 0 && (version[differs] ?? 0) < (floor[differs] as number)) throw new Error(`${name} is too old`);
  }
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: Object.values(loaders).map(({ operation }) => operation) });
  sharp.cache(false);
  sharp.concurrency(1);
}

/** @throws Error from the decoder, or for a picture of another format, without size or with too many pixels */
export async function decodePicture(path: string, format: ImageFormat): Promise<Decoded> {
  const { width, height, header } = await readSize(path, format);
  const size = analysisSize(width, height);
  const { luma, blurhashRaster } = surveyPixels(await readRaster(path, size), size.width, size.height);
  return {
    width,
    height,
    phash: perceptualHash(luma, size.width, size.height),
    blurhash: encodeBlurhash(blurhashRaster),
    exif: readExif(path, format, header),
  };
}

/**
 * Writes the first frame as displayed as a WebP, its longer edge at most `longEdgePx` and never enlarged. Nothing of the original's
 * metadata is in it.
 * @throws Error as {@link decodePicture}
 */
export async function renderPreview(
  path: string,
  format: ImageFormat,
  render: { path: string; longEdgePx: number },
): Promise<void> {
  await readSize(path, format);
  await sharp(path, { limitInputPixels: maxPixels, failOn: 'error', pages: 1 })
    .autoOrient()
    .resize({ width: render.longEdgePx, height: render.longEdgePx, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .webp({ quality: 80 })
    .timeout({ seconds: decodeSeconds })
    .toFile(render.path);
}

/** Longer edge of the raster out of which parts are cut. */
const regionsEdgePx = 2_048;

/**
 * The blurhash of each part of a picture; undefined for one outside of it.
 * @throws Error as {@link decodePicture}
 */
export async function describeRegions(
  path: string,
  format: ImageFormat,
  regions: readonly Region[],
): Promise<(string | undefined)[]> {
  const full = await readSize(path, format);
  const scale = Math.min(1, regionsEdgePx / Math.max(full.width, full.height));
  const size = { width: Math.ceil(full.width * scale), height: Math.ceil(full.height * scale) };
  const raster = await readRaster(path, size);
  const found: (string | undefined)[] = [];
  for (const region of regions) {
    const left = Math.max(0, Math.floor(region.left * size.width));
    const top = Math.max(0, Math.floor(region.top * size.height));
    const width = Math.min(size.width, Math.ceil(region.right * size.width)) - left;
    const height = Math.min(size.height, Math.ceil(region.bottom * size.height)) - top;
    if (!(width >= 1 && height >= 1)) {
      found.push(undefined);
      continue;
    }
    const part = new Uint8Array(width * height * 3);
    for (let row = 0; row < height; row++) {
      const from = ((top + row) * size.width + left) * 3;
      part.set(raster.subarray(from, from + width * 3), row * width * 3);
    }
    found.push(encodeBlurhash(surveyPixels(part, width, height).blurhashRaster));
  }
  return found;
}

async function readSize(
  path: string,
  format: ImageFormat,
): Promise<{ width: number; height: number; header: Metadata }> {
  const header = await sharp(path, { limitInputPixels: maxPixels, failOn: 'error' }).metadata();
  if (header.format !== loaders[format].name) throw new Error('the decoder found another format');
  const { width, height } = header.autoOrient;
  const area = width * height * (header.pages ?? 1);
  if (!(width >= 1 && height >= 1 && width <= maxDimension && height <= maxDimension && area <= maxPixels)) {
    throw new Error('the size is not usable');
  }
  return { width, height, header };
}

/** The picture as displayed: oriented, on mid grey, sRGB, three bytes a pixel, at exactly this size. */
async function readRaster(path: string, size: { width: number; height: number }): Promise<Uint8Array> {
  const { data, info } = await sharp(path, { limitInputPixels: maxPixels, failOn: 'error', pages: 1 })
    .autoOrient()
    .resize({ width: size.width, height: size.height, fit: 'fill' })
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .timeout({ seconds: decodeSeconds })
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return data;
  const rgb = new Uint8Array(info.width * info.height * 3);
  for (let i = 0; i < info.width * info.height; i++) rgb.fill(data[i * info.channels] as number, i * 3, i * 3 + 3);
  return rgb;
}

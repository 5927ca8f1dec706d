import { exifFacts } from '@nucleus/shared/exif/exif-facts';
import { analysisSize } from '@nucleus/shared/image/analysis-size';
import type { ExceptionCode, NoPixelsCode } from '../record/exceptions.ts';
import type { Facts } from '../record/facts.ts';
import { decodeFailure, readHeader, readRaster } from './decoder.ts';
import type { ExtractLimits } from './described.ts';
import { descriptors } from './descriptors.ts';
import { fileBytes } from './file-bytes.ts';
import { bmpAsTiff, isDecodableBmp, readBmpHeader } from './read-bmp.ts';
import type { OpenFile } from './read-file.ts';
import { readRaw } from './read-raw.ts';
import { readVideo } from './read-video.ts';
import type { OtherFormat } from './sniff.ts';

type Outcome = { kind: 'facts'; facts: Facts } | { kind: 'exception'; code: ExceptionCode };

const maxDimension = 1_000_000;

/** Describes what no loader takes as it is: bitmaps, raw files through their preview, videos without decoding. @throws Error of a decoder. */
export async function describeOther(
  format: OtherFormat,
  open: OpenFile,
  timeZone: string | undefined,
  limits: ExtractLimits,
): Promise<Outcome> {
  if (format === 'bmp') return describeBmp(open, limits);
  if (format === 'raw') return describeRaw(open, timeZone, limits);
  return readVideo(fileBytes(open.fd, open.size), format, timeZone);
}

/** What of such a file the decoder can make a preview from. @throws Error of the file system. */
export function pictureIn(format: OtherFormat, open: OpenFile, maxPixels: number): Uint8Array | undefined {
  const bytes = fileBytes(open.fd, open.size, pixelBudgetBytes);
  if (format === 'raw') return readRaw(bytes).jpeg;
  const header = format === 'bmp' ? readBmpHeader(bytes) : undefined;
  const isWithin = header !== undefined && isDecodableBmp(header) && header.width * header.height <= maxPixels;
  return isWithin ? bmpAsTiff(bytes, header) : undefined;
}

/** Pixels are read once, so a file's own size bounds it. */
const pixelBudgetBytes = Number.MAX_SAFE_INTEGER;

async function describeBmp(open: OpenFile, limits: ExtractLimits): Promise<Outcome> {
  const bytes = fileBytes(open.fd, open.size, pixelBudgetBytes);
  const header = readBmpHeader(bytes);
  if (!header) return { kind: 'exception', code: 'undecodable' };
  const { width, height } = header;
  if (!isSize(width, height)) return { kind: 'exception', code: 'no-dimensions' };
  const fields = { media_kind: 'image', format: 'bmp' } as const;
  if (!isDecodableBmp(header)) return withoutPixels({ width, height, fields }, 'bitmap-kind');
  if (width * height > limits.maxPixels) return { kind: 'exception', code: 'too-many-pixels' };
  return {
    kind: 'facts',
    facts: await withPixels({ width, height, fields }, bmpAsTiff(bytes, header), limits.maxPixels),
  };
}

async function describeRaw(open: OpenFile, timeZone: string | undefined, limits: ExtractLimits): Promise<Outcome> {
  const raw = readRaw(fileBytes(open.fd, open.size));
  if (!raw.size || !isSize(raw.size.width, raw.size.height)) return { kind: 'exception', code: 'no-dimensions' };
  const block = (name: 'ifd0' | 'exif' | 'gps') => Object.assign({}, ...raw.exif.toReversed().map((it) => it[name]));
  const { fields, gps } = exifFacts({ ifd0: block('ifd0'), exif: block('exif'), gps: block('gps') }, timeZone);
  fields.media_kind = 'image';
  fields.format = 'raw';
  const { orientation } = raw;
  if (orientation !== undefined) fields.orientation = orientation;
  const isTurned = orientation !== undefined && orientation >= 5;
  const [width, height] = isTurned ? [raw.size.height, raw.size.width] : [raw.size.width, raw.size.height];
  const facts = { width, height, fields, ...(gps && { gps }) };
  if (!raw.jpeg) return withoutPixels(facts, 'no-preview');
  try {
    return { kind: 'facts', facts: await withPixels(facts, raw.jpeg, limits.maxPixels) };
  } catch (error) {
    // a damaged preview leaves the rest of the raw file as good as it was
    return decodeFailure(error) === 'too-many-pixels'
      ? { kind: 'exception', code: 'too-many-pixels' }
      : withoutPixels(facts, 'no-preview');
  }
}

function isSize(width: number, height: number): boolean {
  return width >= 1 && height >= 1 && width <= maxDimension && height <= maxDimension;
}

function withoutPixels(facts: Facts, why: NoPixelsCode): Outcome {
  return {
    kind: 'facts',
    facts: { ...facts, noPixels: why, fields: { ...facts.fields, status: 'no-pixels' } },
  };
}

/** @param picture what stands for the file's pixels, oriented by its own EXIF. @throws Error from the decoder. */
export async function withPixels(facts: Facts, picture: Uint8Array, maxPixels: number): Promise<Facts> {
  const { width, height } = (await readHeader(picture, maxPixels)).autoOrient;
  const size = analysisSize(width, height);
  const found = descriptors(await readRaster(picture, size, maxPixels), size.width, size.height);
  return { ...facts, ...found, fields: { ...facts.fields, status: 'ok', ...found.fields } };
}

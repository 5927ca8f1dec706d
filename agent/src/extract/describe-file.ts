import { analysisSize } from '@nucleus/shared/image/analysis-size';
import { fileTypeFromBuffer } from 'file-type';
import type { Metadata } from 'sharp';
import type { ExceptionCode } from '../record/exceptions.ts';
import type { Facts } from '../record/facts.ts';
import { type DecodedFormat, decodedFormats, decodeFailure, makePreview, readHeader, readRaster } from './decoder.ts';
import type { Described, DescribeRequest, ExtractLimits, PreviewFailure, PreviewRequest } from './described.ts';
import { descriptors } from './descriptors.ts';
import { exifFacts } from './exif-facts.ts';
import { parseExif } from './parse-exif.ts';
import { descriptorPath, readFile, withOpenFile } from './read-file.ts';

const maxDimension = 1_000_000;

/** Describes one file: hashed, sniffed, decoded once. Damage of any kind is a value. */
export function describeFile(
  request: DescribeRequest,
  limits: ExtractLimits,
  contentKey: Uint8Array,
): Promise<Described> {
  return withOpenFile(request, limits, async (open): Promise<Described> => {
    const read = readFile(open, contentKey);
    if (read.kind === 'exception') return read;
    const { contentHash } = read;
    if (request.knownHashes?.some((known) => Buffer.compare(known, contentHash) === 0)) {
      return open.isUnchanged() ? { kind: 'known', contentHash } : { kind: 'exception', code: 'changed-while-reading' };
    }
    const described = await describePicture(sniffed(read), read.picture, open.fd, request.timeZone, limits);
    // what changed meanwhile may be half of one content and half of another, whatever came out of it
    if (!open.isUnchanged()) return { kind: 'exception', code: 'changed-while-reading' };
    return { ...described, contentHash };
  });
}

type MadePreview = { kind: 'preview'; bytes: Uint8Array } | PreviewFailure;

/** Makes a preview of one file. */
export function previewFile(request: PreviewRequest, limits: ExtractLimits): Promise<MadePreview> {
  return withOpenFile(request, limits, async (open): Promise<MadePreview> => {
    const read = readFile(open, undefined);
    if (read.kind === 'exception') return read;
    if (!(await sniff(sniffed(read)))) return { kind: 'exception', code: 'unsupported-format' };
    try {
      const bytes = await makePreview(read.picture, request, limits.maxPixels);
      return open.isUnchanged() ? { kind: 'preview', bytes } : { kind: 'exception', code: 'changed-while-reading' };
    } catch (error) {
      return { kind: 'exception', code: decodeFailure(error) };
    }
  });
}

/** What tells the format: all bytes where they are in memory, because a TIFF may begin with its end. */
function sniffed(read: { head: Uint8Array; picture: Uint8Array | string }): Uint8Array {
  return typeof read.picture === 'string' ? read.head : read.picture;
}

async function sniff(head: Uint8Array): Promise<DecodedFormat | undefined> {
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  const extension = found?.ext as string | undefined;
  return extension !== undefined && extension in decodedFormats
    ? decodedFormats[extension as keyof typeof decodedFormats]
    : undefined;
}

async function describePicture(
  head: Uint8Array,
  picture: Uint8Array | string,
  fd: number,
  timeZone: string | undefined,
  limits: ExtractLimits,
): Promise<{ kind: 'facts'; facts: Facts } | { kind: 'exception'; code: ExceptionCode }> {
  const format = await sniff(head);
  if (!format) return { kind: 'exception', code: 'unsupported-format' };
  try {
    const header = await readHeader(picture, limits.maxPixels);
    const facts = await headerFacts(header, format, timeZone);
    if (!facts) return { kind: 'exception', code: 'no-dimensions' };
    if (facts.fields.status === 'no-pixels') return { kind: 'facts', facts };
    const size = analysisSize(facts.width, facts.height);
    const jpegPath = format === 'jpeg' && header.format === 'jpeg' ? descriptorPath(fd) : undefined;
    const rgb = await readRaster(picture, size, limits.maxPixels, jpegPath);
    const found = descriptors(rgb, size.width, size.height);
    return { kind: 'facts', facts: { ...facts, ...found, fields: { ...facts.fields, ...found.fields } } };
  } catch (error) {
    return { kind: 'exception', code: decodeFailure(error) };
  }
}

async function headerFacts(
  header: Metadata,
  sniffed: DecodedFormat,
  timeZone: string | undefined,
): Promise<Facts | undefined> {
  const { width, height } = header.autoOrient;
  if (!(width >= 1 && height >= 1 && width <= maxDimension && height <= maxDimension)) return undefined;
  // HEVC pictures say their size, and no decoder for them is shipped
  const isHevc = header.compression === 'hevc';
  const format = sniffed === 'heic' || sniffed === 'avif' ? (isHevc ? 'heic' : 'avif') : sniffed;
  const { fields, gps } = exifFacts(await parseExif(header.exif), timeZone);
  fields.media_kind = 'image';
  fields.format = format;
  fields.status = isHevc ? 'no-pixels' : 'ok';
  const { orientation, pages } = header;
  if (orientation !== undefined && orientation >= 1 && orientation <= 8) fields.orientation = orientation;
  // pages of a HEIF container are separate pictures, not frames
  if (pages !== undefined && pages > 1 && format !== 'heic' && format !== 'avif') {
    fields.frame_count = Math.min(pages, 65_535);
  }
  return gps ? { width, height, fields, gps } : { width, height, fields };
}

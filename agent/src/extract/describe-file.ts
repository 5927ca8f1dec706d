import { type ExifBlocks, exifFacts } from '@nucleus/shared/exif/exif-facts';
import { parseExif, tiffExif } from '@nucleus/shared/exif/tiff-exif';
import { type AnalysisSize, analysisSize } from '@nucleus/shared/image/analysis-size';
import type { Metadata } from 'sharp';
import type { ExceptionCode } from '../record/exceptions.ts';
import type { Facts } from '../record/facts.ts';
import { type DecodedFormat, decodeFailure, makePreview, readHeader, readRaster, readShrunkJpeg } from './decoder.ts';
import { describeOther, pictureIn, withPixels } from './describe-other.ts';
import type { Described, DescribeRequest, ExtractLimits, PreviewFailure, PreviewRequest } from './described.ts';
import { descriptors } from './descriptors.ts';
import { fileBytes } from './file-bytes.ts';
import { shrinkJpeg } from './jpeg/shrink-jpeg.ts';
import { jpegHead } from './jpeg-segments.ts';
import { findFfmpeg, posterFrame } from './poster-frame.ts';
import { descriptorPath, type OpenFile, readFile, withOpenFile } from './read-file.ts';
import { heifPreview } from './read-heif.ts';
import type { VideoFormat } from './read-video.ts';
import { isOtherFormat, isVideoFormat, sniff } from './sniff.ts';

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
    const described = await describePicture(sniffed(read), read.picture, open, request.timeZone, limits);
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
    const format = await sniff(sniffed(read), open);
    if (!format) return { kind: 'exception', code: 'unsupported-format' };
    try {
      if (isVideoFormat(format)) return await previewVideo(format, open, request, limits);
      const picture = isOtherFormat(format)
        ? pictureIn(format, open, limits.maxPixels)
        : await decodable(format, read.picture, open, limits.maxPixels);
      if (!picture) return { kind: 'exception', code: 'unsupported-format' };
      const bytes = await makePreview(picture, request, limits.maxPixels);
      return open.isUnchanged() ? { kind: 'preview', bytes } : { kind: 'exception', code: 'changed-while-reading' };
    } catch (error) {
      return { kind: 'exception', code: decodeFailure(error) };
    }
  });
}

/** A frame of a video, through the decoder like every other picture. */
async function previewVideo(
  format: VideoFormat,
  open: OpenFile,
  request: PreviewRequest,
  limits: ExtractLimits,
): Promise<MadePreview> {
  const ffmpeg = limits.videoPosters ? findFfmpeg() : undefined;
  if (ffmpeg === undefined) return { kind: 'exception', code: 'unsupported-format' };
  // the rest of the time is the decoder's, and this process is killed at the end of it
  const frame = await posterFrame(ffmpeg, open.fd, format, limits.timeoutMs * 0.8);
  if (!frame) return { kind: 'exception', code: 'undecodable' };
  const bytes = await makePreview(frame, request, limits.maxPixels);
  return open.isUnchanged() ? { kind: 'preview', bytes } : { kind: 'exception', code: 'changed-while-reading' };
}

/** What tells the format: all bytes where they are in memory, because a TIFF may begin with its end. */
function sniffed(read: { head: Uint8Array; picture: Uint8Array | string }): Uint8Array {
  return typeof read.picture === 'string' ? read.head : read.picture;
}

async function describePicture(
  head: Uint8Array,
  picture: Uint8Array | string,
  open: OpenFile,
  timeZone: string | undefined,
  limits: ExtractLimits,
): Promise<{ kind: 'facts'; facts: Facts } | { kind: 'exception'; code: ExceptionCode }> {
  const format = await sniff(head, open);
  if (!format) return { kind: 'exception', code: 'unsupported-format' };
  try {
    if (isOtherFormat(format)) return await describeOther(format, open, timeZone, limits);
    if (format === 'jpeg' && typeof picture !== 'string') {
      const facts = await describeJpeg(picture, open, timeZone, limits);
      if (facts) return { kind: 'facts', facts };
    }
    const header = await readHeader(picture, limits.maxPixels);
    // the loader of TIFF hands no EXIF over
    const exif = format === 'tiff' ? tiffExif(fileBytes(open.fd, open.size)) : parseExif(header.exif);
    const facts = headerFacts(header, format, exif, timeZone);
    if (!facts) return { kind: 'exception', code: 'no-dimensions' };
    if (facts.noPixels !== undefined)
      return { kind: 'facts', facts: await describeHevc(facts, open, limits.maxPixels) };
    const size = analysisSize(facts.width, facts.height);
    const rgb = await readRaster(picture, size, limits.maxPixels);
    return { kind: 'facts', facts: withDescriptors(facts, rgb, size) };
  } catch (error) {
    return { kind: 'exception', code: decodeFailure(error) };
  }
}

/**
 * A JPEG that its loader shrinks to the analysis raster by itself: one call of the decoder, which tells by the size of what it made that
 * it understood the head as it was read here. Undefined for every other one.
 */
async function describeJpeg(
  jpeg: Uint8Array,
  open: OpenFile,
  timeZone: string | undefined,
  { maxPixels }: ExtractLimits,
): Promise<Facts | undefined> {
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  const head = jpegHead(bytes);
  if (!head || head.width * head.height > maxPixels) return undefined;
  const { orientation } = head;
  const isTurned = orientation !== undefined && orientation >= 5;
  const [width, height] = isTurned ? [head.height, head.width] : [head.width, head.height];
  const size = analysisSize(width, height);
  if (size.factor === 1 || !size.isExact) return undefined;
  const isUpright = orientation === undefined || orientation === 1;
  const rgb =
    (isUpright ? shrinkJpeg(bytes, size) : undefined) ??
    (await readShrunkJpeg(descriptorPath(open.fd), size, maxPixels));
  if (!rgb) return undefined;
  const facts = headerFacts({ autoOrient: { width, height }, orientation }, 'jpeg', parseExif(head.exif), timeZone);
  return facts && withDescriptors(facts, rgb, size);
}

/** A picture that the decoder only knows the size of, by a JPEG that its container holds of it; without one it stays as it is. */
async function describeHevc(facts: Facts, open: OpenFile, maxPixels: number): Promise<Facts> {
  const jpeg = heldJpeg(open, facts, maxPixels);
  if (!jpeg) return facts;
  const { noPixels: _, ...known } = facts;
  // a damaged preview leaves the rest of the file as good as it was
  return withPixels(known, jpeg, maxPixels).catch(() => facts);
}

function heldJpeg(open: OpenFile, shown: { width: number; height: number }, maxPixels: number): Uint8Array | undefined {
  try {
    return heifPreview(fileBytes(open.fd, open.size), shown, maxPixels);
  } catch (error) {
    // a container that leads in circles
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What of a picture's file the decoder can take; undefined when it can take nothing. @throws Error of the decoder. */
async function decodable(
  format: DecodedFormat,
  picture: Uint8Array | string,
  open: OpenFile,
  maxPixels: number,
): Promise<Uint8Array | string | undefined> {
  if (format !== 'heic' && format !== 'avif') return picture;
  const { compression, autoOrient } = await readHeader(picture, maxPixels);
  return compression === 'hevc' ? heldJpeg(open, autoOrient, maxPixels) : picture;
}

function withDescriptors(facts: Facts, rgb: Uint8Array, { width, height }: AnalysisSize): Facts {
  const found = descriptors(rgb, width, height);
  return { ...facts, ...found, fields: { ...facts.fields, ...found.fields } };
}

function headerFacts(
  header: Pick<Metadata, 'autoOrient'> & Partial<Pick<Metadata, 'compression' | 'pages' | 'orientation'>>,
  sniffed: DecodedFormat,
  exif: ExifBlocks,
  timeZone: string | undefined,
): Facts | undefined {
  const { width, height } = header.autoOrient;
  if (!(width >= 1 && height >= 1 && width <= maxDimension && height <= maxDimension)) return undefined;
  // HEVC pictures say their size, and no decoder for them is shipped
  const isHevc = header.compression === 'hevc';
  const format = sniffed === 'heic' || sniffed === 'avif' ? (isHevc ? 'heic' : 'avif') : sniffed;
  const { fields, gps } = exifFacts(exif, timeZone);
  fields.media_kind = 'image';
  fields.format = format;
  fields.status = isHevc ? 'no-pixels' : 'ok';
  const { pages } = header;
  // HEIF turns by its own boxes; what its EXIF says is kept as stored, and is not applied
  const orientation = header.orientation ?? exif.ifd0?.Orientation;
  if (typeof orientation === 'number' && orientation >= 1 && orientation <= 8) fields.orientation = orientation;
  // pages of a HEIF container are separate pictures, not frames
  if (pages !== undefined && pages > 1 && format !== 'heic' && format !== 'avif') {
    fields.frame_count = Math.min(pages, 65_535);
  }
  return { width, height, fields, ...(isHevc && { noPixels: 'hevc' as const }), ...(gps && { gps }) };
}

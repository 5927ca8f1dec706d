import { readTiffDirectories, type TiffDirectory } from '@nucleus/shared/exif/tiff-directories';
import { parseExif, tiffExif } from '@nucleus/shared/exif/tiff-exif';
import type { FileBytes } from './file-bytes.ts';
import { jpegHead, orientedJpeg } from './jpeg-segments.ts';
import { isOrientation, isSize, largestJpeg, type Place, type RawPicture } from './raw-previews.ts';
import { isCr3, readCr3 } from './read-cr3.ts';

const scannedBytes = 8 * 1024 * 1024;
const maxScanned = 32;

const tag = {
  panasonicBorders: [4, 5, 6, 7], // top, left, bottom, right
  panasonicPreview: 0x2e,
  subfileType: 0xfe,
  width: 0x100,
  height: 0x101,
  compression: 0x103,
  photometric: 0x106,
  stripOffsets: 0x111,
  orientation: 0x112,
  stripByteCounts: 0x117,
  previewOffset: 0x201,
  previewLength: 0x202,
  exifWidth: 0xa002,
  exifHeight: 0xa003,
  cropSize: 0xc620,
} as const;

/** Sensor data: a colour filter array, linear raw, or a compression that only raw files use. */
const rawPhotometrics = [32803, 34892];
const rawCompressions = [32767, 32769, 32770, 34713, 65000, 65535];

/** Whether a file that is a TIFF by its first bytes holds sensor data rather than a picture (some NEF, PEF, SRW, 3FR). */
export function isRawTiff(bytes: FileBytes): boolean {
  return readTiffDirectories(bytes).some(
    (directory) =>
      rawPhotometrics.includes(one(directory, tag.photometric) ?? 0) ||
      rawCompressions.includes(one(directory, tag.compression) ?? 0),
  );
}

/**
 * Finds the preview, dimensions and EXIF of a raw file by walking its directories, bounded in count, depth and bytes. Maker notes are
 * not parsed: where only they know the preview (Olympus), a JPEG that begins in the first 8 MiB is taken. CR2, NEF, ARW, DNG, RW2, ORF,
 * PEF, SRW and RAF hold theirs in one of these places.
 */
export function readRaw(bytes: FileBytes): RawPicture {
  if (isCr3(bytes)) return readCr3(bytes);
  const isFuji = bytes.slice(0, 15).toString('latin1') === 'FUJIFILMCCD-RAW';
  const directories = isFuji ? [] : readTiffDirectories(bytes);
  const named = isFuji ? fujiPreview(bytes) : directories.flatMap(previewPlaces);
  const preview = largestJpeg(bytes, named) ?? largestJpeg(bytes, scanForJpegs(bytes));
  const orientation = directories.map((it) => one(it, tag.orientation)).find((it) => it !== undefined);
  const head = preview && jpegHead(preview);
  const ownOrientation = isOrientation(orientation) ? orientation : head?.orientation;
  return {
    jpeg: preview && orientedJpeg(preview, ownOrientation),
    size: sizeOf(directories) ?? (head && { width: head.width, height: head.height }),
    orientation: ownOrientation,
    exif: [tiffExif(bytes), parseExif(head?.exif)],
  };
}

function previewPlaces(directory: TiffDirectory): Place[] {
  const places: Place[] = [];
  const put = (at: number | undefined, length: number | undefined): void => {
    if (at !== undefined && length !== undefined) places.push({ at, bytes: length });
  };
  put(one(directory, tag.previewOffset), one(directory, tag.previewLength));
  const embedded = directory.get(tag.panasonicPreview);
  if (embedded) put(embedded.at, embedded.count);
  // 6 and 7 are JPEG; lossless JPEG of sensor data has the same number and is told apart by its frame header
  const strips = directory.get(tag.stripOffsets)?.values ?? [];
  if (strips.length === 1 && [6, 7].includes(one(directory, tag.compression) ?? 0)) {
    put(strips[0], one(directory, tag.stripByteCounts));
  }
  return places;
}

/** Offset and length of the preview stand at fixed places, big endian. */
function fujiPreview(bytes: FileBytes): Place[] {
  const head = bytes.slice(84, 8);
  return head.length === 8 ? [{ at: head.readUInt32BE(0), bytes: head.readUInt32BE(4) }] : [];
}

function scanForJpegs(bytes: FileBytes): Place[] {
  const start = bytes.slice(0, scannedBytes);
  const places: Place[] = [];
  for (let at = start.indexOf('\xff\xd8\xff', 0, 'latin1'); at >= 0 && places.length < maxScanned; ) {
    places.push({ at, bytes: bytes.size - at });
    at = start.indexOf('\xff\xd8\xff', at + 3, 'latin1');
  }
  return places;
}

/** Dimensions of the developed picture: the camera's crop, else what its EXIF says, else the largest main directory's. */
function sizeOf(directories: readonly TiffDirectory[]): RawPicture['size'] {
  for (const directory of directories) {
    const [width, height] = directory.get(tag.cropSize)?.values ?? [];
    if (isSize(width) && isSize(height)) return { width: Math.round(width), height: Math.round(height) };
  }
  for (const directory of directories) {
    const [top, left, bottom, right] = tag.panasonicBorders.map((it) => one(directory, it));
    if (!directory.has(tag.panasonicPreview) || [top, left, bottom, right].includes(undefined)) continue;
    const [width, height] = [(right as number) - (left as number), (bottom as number) - (top as number)];
    if (isSize(width) && isSize(height)) return { width, height };
  }
  for (const directory of directories) {
    const [width, height] = [one(directory, tag.exifWidth), one(directory, tag.exifHeight)];
    if (isSize(width) && isSize(height)) return { width, height };
  }
  const sizes = directories.flatMap((directory) => {
    const [width, height] = [one(directory, tag.width), one(directory, tag.height)];
    return isSize(width) && isSize(height) ? [{ width, height }] : [];
  });
  return sizes.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
}

function one(directory: TiffDirectory, wanted: number): number | undefined {
  return directory.get(wanted)?.values[0];
}

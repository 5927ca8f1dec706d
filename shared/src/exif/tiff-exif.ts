import type { ExifBlocks } from './exif-facts.ts';
import { openTiff, type TiffBytes, type TiffDirectory, type TiffTag } from './tiff-directories.ts';

/** The tags that are ever looked at, by block, with the names that they are known by; the value of no other is read. */
const cameraTags = { 271: 'Make', 272: 'Model', 274: 'Orientation' };
const captureTags = {
  33434: 'ExposureTime',
  33437: 'FNumber',
  34855: 'ISO',
  36867: 'DateTimeOriginal',
  36868: 'CreateDate',
  36881: 'OffsetTimeOriginal',
  36882: 'OffsetTimeDigitized',
  37386: 'FocalLength',
};
const placeTags = {
  1: 'GPSLatitudeRef',
  2: 'GPSLatitude',
  3: 'GPSLongitudeRef',
  4: 'GPSLongitude',
  7: 'GPSTimeStamp',
  29: 'GPSDateStamp',
};
const exifPointer = 0x8769;
const gpsPointer = 0x8825;
const text = 2;
const maxTextBytes = 512;
const maxBlockBytes = 1024 * 1024;

/**
 * The allowlisted EXIF of a TIFF or raw file, wherever in the file the directories lie. Texts are as stored, numbers are numbers or lists
 * of them; what is damaged is absent. Empty for what is no TIFF.
 */
export function tiffExif(bytes: TiffBytes): ExifBlocks {
  const tiff = openTiff(bytes);
  if (!tiff) return {};
  const main = tiff.directoryAt(tiff.first).directory;
  const below = (tag: number): TiffDirectory => {
    const at = main.get(tag)?.values[0];
    return at === undefined ? new Map() : tiff.directoryAt(at).directory;
  };
  const exif = below(exifPointer);
  const place = below(gpsPointer);
  return {
    ifd0: tagsOf(bytes, cameraTags, (tag) => main.get(tag)),
    // TIFF/EP keeps the capture in the first directory
    exif: tagsOf(bytes, captureTags, (tag) => exif.get(tag) ?? main.get(tag)),
    gps: tagsOf(bytes, placeTags, (tag) => place.get(tag)),
  };
}

/** Position and its time where they stand in a TIFF's first directory, as Canon keeps them in a block of their own. */
export function tiffPlace(bytes: TiffBytes): Record<string, unknown> {
  const tiff = openTiff(bytes);
  const place = tiff ? tiff.directoryAt(tiff.first).directory : new Map<number, TiffTag>();
  return tagsOf(bytes, placeTags, (tag) => place.get(tag));
}

/** The same of an EXIF block as a decoder hands it over, with or without its `Exif\0\0` header. */
export function parseExif(block: Uint8Array | undefined): ExifBlocks {
  if (!block) return {};
  const tiff = block.subarray(latin1(block.subarray(0, 6)) === 'Exif\0\0' ? 6 : 0).subarray(0, maxBlockBytes);
  const order = latin1(tiff.subarray(0, 4));
  if (order !== 'II*\0' && order !== 'MM\0*') return {};
  return tiffExif({ size: tiff.length, slice: (at, length) => tiff.subarray(at, at + length) });
}

function tagsOf(
  bytes: TiffBytes,
  names: Readonly<Record<number, string>>,
  find: (tag: number) => TiffTag | undefined,
): Record<string, unknown> {
  const tags: Record<string, unknown> = {};
  for (const [tag, name] of Object.entries(names)) {
    const found = find(Number(tag));
    const value = found && readValue(bytes, found);
    if (value !== undefined) tags[name] = value;
  }
  return tags;
}

function readValue(bytes: TiffBytes, { type, count, at, values }: TiffTag): unknown {
  if (type === text) {
    const stored = bytes.slice(at, Math.min(count, maxTextBytes));
    return stored.length === 0 ? undefined : latin1(stored);
  }
  return values.length > 1 ? values : values[0];
}

/** EXIF says ASCII; what is not is a letter for each byte, which no field lets through. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Random access to bytes, for a parser that must not trust what they say about themselves. */
export interface TiffBytes {
  readonly size: number;
  /** The bytes from `at`: fewer than `length` at the end, none outside. */
  slice(at: number, length: number): Uint8Array;
}

/** One value list of a directory: where it is, and the numbers in it where they are few and plain. */
export interface TiffTag {
  type: number;
  count: number;
  /** Offset of the first value in the file. */
  at: number;
  values: number[];
}
export type TiffDirectory = ReadonlyMap<number, TiffTag>;

/** A TIFF, or a raw format that is one under another magic number (ORF, RW2). */
export interface Tiff {
  isLittle: boolean;
  /** Offset of the first directory. */
  first: number;
  /** Empty where there is none. */
  directoryAt(at: number): { directory: TiffDirectory; next: number };
}

/** `I` and `M`, twice each at the start of a TIFF. */
const intel = 0x49;
const motorola = 0x4d;
const maxDirectories = 64;
const maxEntries = 1024;
const maxValues = 64;
/** Bytes of one value by type; types that are not listed do not count. */
const bytesOfType: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
};
const subDirectories = 0x014a;
const exifDirectory = 0x8769;

/** Undefined for what is no TIFF by its first eight bytes. */
export function openTiff(bytes: TiffBytes): Tiff | undefined {
  const head = bytes.slice(0, 8);
  if (head.length < 8) return undefined;
  if (head[0] !== head[1] || (head[0] !== intel && head[0] !== motorola)) return undefined;
  const isLittle = head[0] === intel;
  // 42; Olympus writes RO or RS, Panasonic U
  if (![42, 0x4f52, 0x5352, 0x55].includes(short(head, 2))) return undefined;
  /** Numbers by type; texts and bytes without a meaning are none. */
  const readers: Record<number, (of: Uint8Array, at: number) => number> = {
    1: byte,
    3: short,
    4: long,
    5: (of, at) => long(of, at) / long(of, at + 4),
    6: (of, at) => (byte(of, at) << 24) >> 24,
    8: (of, at) => (short(of, at) << 16) >> 16,
    9: (of, at) => long(of, at) | 0,
    10: (of, at) => (long(of, at) | 0) / (long(of, at + 4) | 0),
    11: (of, at) => viewOf(of).getFloat32(at, isLittle),
    12: (of, at) => viewOf(of).getFloat64(at, isLittle),
    13: long,
  };
  return { isLittle, first: long(head, 4), directoryAt: readDirectory };

  function readDirectory(at: number): { directory: TiffDirectory; next: number } {
    const directory = new Map<number, TiffTag>();
    const countBytes = bytes.slice(at, 2);
    if (countBytes.length < 2) return { directory, next: 0 };
    const count = Math.min(maxEntries, short(countBytes, 0));
    const body = bytes.slice(at + 2, count * 12 + 4);
    for (let i = 0; i < count && (i + 1) * 12 <= body.length; i++) {
      const entry = i * 12;
      const type = short(body, entry + 2);
      const valueCount = long(body, entry + 4);
      const width = bytesOfType[type] ?? 0;
      if (width === 0) continue;
      const isInside = width * valueCount <= 4;
      const valueAt = isInside ? at + 2 + entry + 8 : long(body, entry + 8);
      directory.set(short(body, entry), {
        type,
        count: valueCount,
        at: valueAt,
        values: valueCount <= maxValues ? readValues(type, valueCount, width, valueAt) : [],
      });
    }
    return { directory, next: body.length >= count * 12 + 4 ? long(body, count * 12) : 0 };
  }

  function readValues(type: number, count: number, width: number, at: number): number[] {
    const read = readers[type];
    if (!read) return [];
    const raw = bytes.slice(at, count * width);
    return Array.from({ length: Math.floor(raw.length / width) }, (_, i) => read(raw, i * width));
  }

  function short(of: Uint8Array, at: number): number {
    return isLittle ? byte(of, at) | (byte(of, at + 1) << 8) : (byte(of, at) << 8) | byte(of, at + 1);
  }
  function long(of: Uint8Array, at: number): number {
    return (isLittle ? short(of, at) | (short(of, at + 2) << 16) : (short(of, at) << 16) | short(of, at + 2)) >>> 0;
  }
}

/** 0 beyond the end. */
function byte(of: Uint8Array, at: number): number {
  return of[at] ?? 0;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/**
 * The directories of a TIFF: the chain, what it names as sub-directories, and the EXIF directory of each; every one read
 * once, at most 64 of at most 1,024 entries, so that loops and lies end. Values are read where they are numbers and at most 64.
 */
export function readTiffDirectories(bytes: TiffBytes): TiffDirectory[] {
  const tiff = openTiff(bytes);
  if (!tiff) return [];
  const found: TiffDirectory[] = [];
  const seen = new Set<number>();
  const waiting = [tiff.first];
  while (waiting.length > 0 && found.length < maxDirectories) {
    const at = waiting.shift() as number;
    if (at < 8 || seen.has(at)) continue;
    seen.add(at);
    const { directory, next } = tiff.directoryAt(at);
    found.push(directory);
    for (const tag of [subDirectories, exifDirectory]) waiting.push(...(directory.get(tag)?.values ?? []));
    waiting.push(next);
  }
  return found;
}

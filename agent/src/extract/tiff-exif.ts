import type { FileBytes } from './file-bytes.ts';
import { bytesOfType, openTiff, type TiffDirectory, type TiffTag } from './tiff-directories.ts';

/** Numbers of the tags of `exifTags`. */
const ifd0Tags = [0x010f, 0x0110, 0x0112];
const exifTags = [0x829a, 0x829d, 0x8827, 0x9003, 0x9004, 0x9011, 0x9012, 0x920a];
const gpsTags = [1, 2, 3, 4, 7, 0x1d];
const exifPointer = 0x8769;
const gpsPointer = 0x8825;
const maxValueBytes = 512;

interface Entry {
  tag: number;
  type: number;
  count: number;
  bytes: Buffer;
}

/**
 * The allowlisted EXIF of a TIFF or raw file as a small block of its own, wherever in the file the directories lie. What is not on the
 * list is not copied, so no parser behind this sees it. Undefined for what is no TIFF.
 */
export function tiffExif(bytes: FileBytes): Buffer | undefined {
  const tiff = openTiff(bytes);
  if (!tiff) return undefined;
  const main = tiff.directoryAt(tiff.first).directory;
  const below = (tag: number): TiffDirectory => {
    const at = main.get(tag)?.values[0];
    return at === undefined ? new Map() : tiff.directoryAt(at).directory;
  };
  const exif = below(exifPointer);
  // TIFF/EP keeps the capture in the first directory
  const capture = new Map(exifTags.flatMap((tag) => entry(tag, exif.get(tag) ?? main.get(tag))));
  const camera = new Map(ifd0Tags.flatMap((tag) => entry(tag, main.get(tag))));
  const place = below(gpsPointer);
  return new BlockWriter(tiff.isLittle).write(
    [...camera.values()],
    [...capture.values()],
    gpsTags.flatMap((tag) => entry(tag, place.get(tag))).map(([, it]) => it),
  );

  function entry(tag: number, found: TiffTag | undefined): [number, Entry][] {
    const length = found ? found.count * (bytesOfType[found.type] ?? 0) : 0;
    if (!found || length === 0 || length > maxValueBytes) return [];
    const value = bytes.slice(found.at, length);
    return value.length < length ? [] : [[tag, { tag, type: found.type, count: found.count, bytes: value }]];
  }
}

class BlockWriter {
  readonly #isLittle: boolean;
  readonly #parts: Buffer[] = [];
  #length = 8;

  constructor(isLittle: boolean) {
    this.#isLittle = isLittle;
  }

  write(camera: Entry[], capture: Entry[], place: Entry[]): Buffer {
    const pointer = (tag: number, entries: Entry[]): Entry => ({
      tag,
      type: 4,
      count: 1,
      bytes: this.#number(this.#directory(entries), 4),
    });
    const first = this.#directory([...camera, pointer(exifPointer, capture), pointer(gpsPointer, place)]);
    const head = Buffer.concat([
      Buffer.from(this.#isLittle ? 'II' : 'MM'),
      this.#number(42, 2),
      this.#number(first, 4),
    ]);
    return Buffer.concat([head, ...this.#parts]);
  }

  /** Entries in ascending order of their tags, as the format wants them. */
  #directory(entries: Entry[]): number {
    const sorted = entries.toSorted((a, b) => a.tag - b.tag);
    const rows = sorted.map(({ tag, type, count, bytes }) => {
      const inside = Buffer.alloc(4);
      if (bytes.length <= 4) bytes.copy(inside);
      const value = bytes.length <= 4 ? inside : this.#number(this.#place(bytes), 4);
      return Buffer.concat([this.#number(tag, 2), this.#number(type, 2), this.#number(count, 4), value]);
    });
    return this.#place(Buffer.concat([this.#number(sorted.length, 2), ...rows, Buffer.alloc(4)]));
  }

  #place(bytes: Buffer): number {
    const at = this.#length;
    this.#parts.push(bytes, Buffer.alloc(bytes.length % 2));
    this.#length += bytes.length + (bytes.length % 2);
    return at;
  }

  #number(value: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (this.#isLittle) bytes.writeUIntLE(value, 0, length);
    else bytes.writeUIntBE(value, 0, length);
    return bytes;
  }
}

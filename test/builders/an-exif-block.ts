/** EXIF written byte for byte, so that it can be wrong in every way. */

/** Tag, type, value, and how many values it is said to have, if that is not what there is. */
export type ExifEntry = [tag: number, type: number, value: Buffer, count?: number];

const bytesOf: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8 };
const exifPointer = 0x8769;

/** A block of a first directory and an EXIF directory, little endian, without its `Exif\0\0` header. */
export function anExifBlock(main: ExifEntry[], capture: ExifEntry[] = []): Buffer {
  const head = Buffer.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]);
  const pointed = capture.length === 0 ? main : [...main, pointer(0)];
  const length = directory(pointed, head.length).length;
  const first = capture.length === 0 ? main : [...main, pointer(head.length + length)];
  return Buffer.concat([head, directory(first, head.length), directory(capture, head.length + length)]);
}

/** The JPEG with a segment of EXIF in front of all others. */
export function withExifBlock(jpeg: Buffer, block: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xe1, 0, 0, ...Buffer.from('Exif\0\0')]);
  head.writeUInt16BE(block.length + 8, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, block, jpeg.subarray(2)]);
}

/** A little-endian TIFF whose first directory, written anew at its end, has more tags. */
export function withTiffTags(tiff: Buffer, entries: ExifEntry[]): Buffer {
  const at = tiff.readUInt32LE(4);
  const own = Array.from({ length: tiff.readUInt16LE(at) }, (_, i) => tiff.subarray(at + 2 + i * 12, at + 14 + i * 12));
  const start = tiff.length + (tiff.length % 2);
  const whole = Buffer.concat([tiff, Buffer.alloc(start - tiff.length), directory(entries, start, own)]);
  whole.writeUInt32LE(start, 4);
  return whole;
}

function pointer(at: number): ExifEntry {
  const value = Buffer.alloc(4);
  value.writeUInt32LE(at);
  return [exifPointer, 4, value];
}

/** A directory at an offset, in order of its tags, with the values behind it. */
function directory(entries: ExifEntry[], start: number, own: Buffer[] = []): Buffer {
  let valueAt = start + 2 + (entries.length + own.length) * 12 + 4;
  const values: Buffer[] = [];
  const spelled = entries.map(([tag, type, value, count = value.length / (bytesOf[type] ?? 1)]) => {
    const entry = Buffer.alloc(12);
    entry.writeUInt16LE(tag, 0);
    entry.writeUInt16LE(type, 2);
    entry.writeUInt32LE(count, 4);
    if (value.length <= 4) value.copy(entry, 8);
    else {
      entry.writeUInt32LE(valueAt, 8);
      valueAt += value.length;
      values.push(value);
    }
    return entry;
  });
  const sorted = [...own, ...spelled].toSorted((a, b) => a.readUInt16LE(0) - b.readUInt16LE(0));
  const count = Buffer.alloc(2);
  count.writeUInt16LE(sorted.length);
  return Buffer.concat([count, ...sorted, Buffer.alloc(4), ...values]);
}

import type { FileBytes } from './file-bytes.ts';

/** What the headers of a bitmap say. */
export interface BmpHeader {
  width: number;
  height: number;
  /** Rows from the top down instead of the usual other way round. */
  isTopDown: boolean;
  bits: number;
  compression: number;
  pixelsAt: number;
  /** Masks of red, green, blue and alpha in 16 and 32 bit pixels; alpha 0 = none. */
  masks: readonly [number, number, number, number];
  /** Red, green, blue of each entry. */
  palette: Buffer;
}

const compressionOf = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const;
const depths: Record<number, readonly number[]> = {
  [compressionOf.none]: [1, 4, 8, 16, 24, 32],
  [compressionOf.rle8]: [8],
  [compressionOf.rle4]: [4],
  [compressionOf.bitFields]: [16, 32],
  [compressionOf.alphaBitFields]: [16, 32],
};

/** Undefined where the headers make no sense. */
export function readBmpHeader(bytes: FileBytes): BmpHeader | undefined {
  const head = bytes.slice(0, 14 + 124 + 16);
  if (head.length < 26 || head.toString('latin1', 0, 2) !== 'BM') return undefined;
  const pixelsAt = head.readUInt32LE(10);
  const headerBytes = head.readUInt32LE(14);
  if (headerBytes === 12) {
    const [width, height, bits] = [head.readUInt16LE(18), head.readUInt16LE(20), head.readUInt16LE(24)];
    const palette = readPalette(bytes, 26, Math.min(2 ** Math.min(bits, 8), 256), 3);
    const masks = masksFor(bits);
    return { width, height, isTopDown: false, bits, compression: 0, pixelsAt, masks, palette };
  }
  if (headerBytes < 40 || head.length < 54) return undefined;
  const [width, signedHeight] = [head.readInt32LE(18), head.readInt32LE(22)];
  const [bits, compression, colours] = [head.readUInt16LE(28), head.readUInt32LE(30), head.readUInt32LE(46)];
  const hasFields = compression === compressionOf.bitFields || compression === compressionOf.alphaBitFields;
  const long = (at: number): number => (at + 4 <= head.length ? head.readUInt32LE(at) : 0);
  // masks follow the header of 40 bytes and lie inside the longer ones, at the same place
  const hasAlpha = compression === compressionOf.alphaBitFields || headerBytes >= 56;
  const masks = hasFields ? ([long(54), long(58), long(62), hasAlpha ? long(66) : 0] as const) : masksFor(bits);
  const maskBytes = hasFields && headerBytes === 40 ? (compression === compressionOf.alphaBitFields ? 16 : 12) : 0;
  const entries = Math.min(colours > 0 ? colours : 2 ** Math.min(bits, 8), 256);
  const palette = bits <= 8 ? readPalette(bytes, 14 + headerBytes + maskBytes, entries, 4) : Buffer.alloc(0);
  const height = Math.abs(signedHeight);
  return { width, height, isTopDown: signedHeight < 0, bits, compression, pixelsAt, masks, palette };
}

/** Whether {@link bmpAsTiff} can decode it; JPEG, PNG and printer formats inside a bitmap it cannot. */
export function isDecodableBmp(header: BmpHeader): boolean {
  return depths[header.compression]?.includes(header.bits) ?? false;
}

function masksFor(bits: number): BmpHeader['masks'] {
  return bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, 0];
}

function readPalette(bytes: FileBytes, at: number, entries: number, width: number): Buffer {
  const raw = bytes.slice(at, entries * width);
  const palette = Buffer.alloc(256 * 3);
  for (let i = 0; i < entries && (i + 1) * width <= raw.length; i++) {
    palette[i * 3] = raw[i * width + 2] as number;
    palette[i * 3 + 1] = raw[i * width + 1] as number;
    palette[i * 3 + 2] = raw[i * width] as number;
  }
  return palette;
}

/** A picture larger than this is averaged down while it is read; 48 MB of RGB. */
const wholePixels = 16_000_000;

/**
 * A bitmap as an uncompressed TIFF of RGB or, with an alpha mask, RGBA, which the decoder of pictures takes; there is none for bitmaps in it.
 * @throws Error `truncated` when rows are missing.
 */
export function bmpAsTiff(bytes: FileBytes, header: BmpHeader): Buffer {
  const { width, height } = header;
  const channels = header.masks[3] === 0 || header.bits <= 8 ? 3 : 4;
  const by = Math.max(1, Math.ceil(Math.sqrt((width * height) / wholePixels)));
  const [toWidth, toHeight] = [Math.ceil(width / by), Math.ceil(height / by)];
  const pixels = Buffer.alloc(toWidth * toHeight * channels);
  const rows = rowsOf(bytes, header, channels);
  const sums = new Float64Array(toWidth * channels);
  for (let block = 0; block < toHeight; block++) {
    // blocks go from the top of the picture, as the rows are asked for
    const rowsHere = Math.min(by, height - block * by);
    sums.fill(0);
    for (let i = 0; i < rowsHere; i++) {
      const row = rows(block * by + i);
      if (by === 1) pixels.set(row, block * row.length);
      else addRow(sums, row, by, channels);
    }
    for (let x = 0; by > 1 && x < toWidth; x++) {
      const area = rowsHere * Math.min(by, width - x * by);
      for (let c = 0; c < channels; c++) {
        pixels[(block * toWidth + x) * channels + c] = Math.round((sums[x * channels + c] as number) / area);
      }
    }
  }
  return asTiff(pixels, toWidth, toHeight, channels);
}

function addRow(sums: Float64Array, row: Uint8Array, by: number, channels: number): void {
  let to = 0;
  for (let at = 0, inBox = 0; at < row.length; at += channels) {
    for (let c = 0; c < channels; c++) sums[to + c] = (sums[to + c] as number) + (row[at + c] as number);
    if (++inBox < by) continue;
    inBox = 0;
    to += channels;
  }
}

type Rows = (y: number) => Uint8Array;

/** Gives row `y` from the top, `channels` bytes a pixel, valid until the next call. */
function rowsOf(bytes: FileBytes, header: BmpHeader, channels: number): Rows {
  const { width, height, bits, compression } = header;
  const out = new Uint8Array(width * channels);
  if (compression === compressionOf.rle8 || compression === compressionOf.rle4) {
    const indices = decodeRuns(bytes, header);
    return (y) => {
      const stored = header.isTopDown ? y : height - 1 - y;
      for (let x = 0; x < width; x++) writeColour(out, x, header.palette, indices[stored * width + x] as number);
      return out;
    };
  }
  const stride = Math.floor((bits * width + 31) / 32) * 4;
  const needed = Math.ceil((bits * width) / 8);
  const fields = header.masks.map(fieldOf);
  return (y) => {
    const stored = header.isTopDown ? y : height - 1 - y;
    const raw = bytes.slice(header.pixelsAt + stored * stride, stride);
    if (raw.length < needed) throw new Error('truncated: rows are missing');
    for (let x = 0; x < width; x++) writePixel(out, x, raw);
    return out;
  };

  function writePixel(to: Uint8Array, x: number, raw: Buffer): void {
    if (bits <= 8) {
      const perByte = 8 / bits;
      const shift = 8 - bits * ((x % perByte) + 1);
      writeColour(to, x, header.palette, ((raw[Math.floor(x / perByte)] as number) >> shift) & (2 ** bits - 1));
    } else if (bits === 24) {
      to[x * 3] = raw[x * 3 + 2] as number;
      to[x * 3 + 1] = raw[x * 3 + 1] as number;
      to[x * 3 + 2] = raw[x * 3] as number;
    } else {
      const value = bits === 16 ? raw.readUInt16LE(x * 2) : raw.readUInt32LE(x * 4);
      for (let c = 0; c < channels; c++) {
        const { mask, shift, max } = fields[c] as Field;
        to[x * channels + c] = max === 0 ? 0 : Math.round((((value & mask) >>> shift) * 255) / max);
      }
    }
  }
}

interface Field {
  mask: number;
  shift: number;
  max: number;
}

function fieldOf(mask: number): Field {
  if (mask === 0) return { mask, shift: 0, max: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  return { mask, shift, max: mask >>> shift };
}

/** By the byte: a slice of the palette for each pixel would take ten times as long. */
function writeColour(to: Uint8Array, x: number, palette: Buffer, index: number): void {
  to[x * 3] = palette[index * 3] as number;
  to[x * 3 + 1] = palette[index * 3 + 1] as number;
  to[x * 3 + 2] = palette[index * 3 + 2] as number;
}

const mostRunBytes = 64 * 1024 * 1024;

/** Palette indices of a run-length picture, rows as stored; what no run reaches is 0. */
function decodeRuns(bytes: FileBytes, header: BmpHeader): Uint8Array {
  const { width, height, bits } = header;
  const indices = new Uint8Array(width * height);
  const raw = bytes.slice(header.pixelsAt, mostRunBytes);
  let [x, y] = [0, 0];
  const put = (value: number): void => {
    if (x < width && y < height) indices[y * width + x] = value;
    x++;
  };
  const nibble = (byte: number, i: number): number => (bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
  for (let at = 0; at + 1 < raw.length && y < height; ) {
    const [first, second] = [raw[at] as number, raw[at + 1] as number];
    at += 2;
    if (first > 0) {
      for (let i = 0; i < first; i++) put(nibble(second, i));
    } else if (second === 0) {
      x = 0;
      y++;
    } else if (second === 1) {
      return indices;
    } else if (second === 2) {
      x += raw[at] ?? 0;
      y += raw[at + 1] ?? 0;
      at += 2;
    } else {
      const used = bits === 8 ? second : Math.ceil(second / 2);
      for (let i = 0; i < second; i++) put(nibble(raw[at + (bits === 8 ? i : i >> 1)] ?? 0, i));
      at += used + (used % 2);
    }
  }
  if (y === 0 && x === 0) throw new Error('truncated: rows are missing');
  return indices;
}

function asTiff(pixels: Buffer, width: number, height: number, channels: number): Buffer {
  const bitsAt = 8 + 2 + 11 * 12 + 4;
  const pixelsAt = bitsAt + 8;
  const head = Buffer.alloc(pixelsAt);
  head.write('II*\0', 0, 'latin1');
  head.writeUInt32LE(8, 4);
  const entries: [tag: number, type: number, count: number, value: number][] = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, channels, bitsAt],
    [259, 3, 1, 1], // not compressed
    [262, 3, 1, 2], // RGB
    [273, 4, 1, pixelsAt],
    [277, 3, 1, channels],
    [278, 4, 1, height],
    [279, 4, 1, pixels.length],
    [284, 3, 1, 1],
    ...(channels === 4 ? [[338, 3, 1, 2] as [number, number, number, number]] : []), // alpha, not premultiplied
  ];
  head.writeUInt16LE(entries.length, 8);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    head.writeUInt16LE(tag, 10 + i * 12);
    head.writeUInt16LE(type, 12 + i * 12);
    head.writeUInt32LE(count, 14 + i * 12);
    head.writeUInt32LE(value, 18 + i * 12);
  }
  for (let c = 0; c < channels; c++) head.writeUInt16LE(8, bitsAt + c * 2);
  return Buffer.concat([head, pixels]);
}

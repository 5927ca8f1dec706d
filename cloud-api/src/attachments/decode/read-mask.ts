/**
 * Reads the values of a mask: a PNG of one byte a pixel, grey or indexes into a palette. Picture libraries answer the colours of a palette and
 * not its indexes, so that the format (W3C PNG, third edition) is read here.
 */
import { inflateSync } from 'node:zlib';
import { type MaskRuns, maxPixels } from './decoded.ts';

/** More changes than any drawn mask has; noise is none. */
const mostRuns = 4_000_000;
const signature = Buffer.from('89504e470d0a1a0a', 'hex');

/** @throws RangeError for what is no such PNG, or is made of noise */
export function readMask(png: Buffer): MaskRuns {
  const { width, height, packed } = readChunks(png);
  const rowBytes = width + 1;
  const rows = inflateSync(packed, { maxOutputLength: rowBytes * height });
  if (rows.length !== rowBytes * height) throw new RangeError('the pixels are cut off');
  const pixels = unfilter(rows, width, height);
  const values: number[] = [];
  const lengths: number[] = [];
  let last = -1;
  for (let x = 0; x < width; x++)
    for (let y = 0; y < height; y++) {
      const value = pixels[y * width + x] as number;
      if (value === last) {
        lengths[lengths.length - 1] = (lengths.at(-1) as number) + 1;
        continue;
      }
      if (lengths.length === mostRuns) throw new RangeError('the mask changes too often');
      values.push(value);
      lengths.push(1);
      last = value;
    }
  return { width, height, values: Uint8Array.from(values), lengths: Uint32Array.from(lengths) };
}

function readChunks(png: Buffer): { width: number; height: number; packed: Buffer } {
  if (!png.subarray(0, 8).equals(signature) || png.toString('latin1', 12, 16) !== 'IHDR')
    throw new RangeError('this is no PNG');
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const [depth, colour, interlace] = [png[24], png[25], png[28]];
  if (depth !== 8 || (colour !== 0 && colour !== 3) || interlace !== 0)
    throw new RangeError('this PNG is not one of one byte a pixel, row after row');
  if (width < 1 || height < 1 || width * height > maxPixels) throw new RangeError('the size is not usable');
  const parts: Buffer[] = [];
  for (let at = 8; at + 8 <= png.length; ) {
    const bytes = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + bytes));
    at += bytes + 12;
  }
  return { width, height, packed: Buffer.concat(parts) };
}

/** Undoes the five filters of section 9; one byte a pixel, so that the pixel before is the byte before. */
function unfilter(rows: Buffer, width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (width + 1)] as number;
    if (filter > 4) throw new RangeError('a row has an unknown filter');
    for (let x = 0; x < width; x++) {
      const left = x === 0 ? 0 : (pixels[y * width + x - 1] as number);
      const up = y === 0 ? 0 : (pixels[(y - 1) * width + x] as number);
      const corner = x === 0 || y === 0 ? 0 : (pixels[(y - 1) * width + x - 1] as number);
      const raw = rows[y * (width + 1) + 1 + x] as number;
      pixels[y * width + x] = raw + predict(filter, left, up, corner);
    }
  }
  return pixels;
}

function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const [byLeft, byUp, byCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

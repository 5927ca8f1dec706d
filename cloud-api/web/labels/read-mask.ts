/**
 * Reads the indexes of a mask out of its PNG. The browser's own decoder answers colours, which a palette or a gamma has changed; what
 * counts here are the bytes as they were written. PNG specification (third edition), 7 to 9.
 */

export interface Mask {
  width: number;
  height: number;
  /** One byte a pixel, row by row. */
  indexes: Uint8Array;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const grey = 0;
const palette = 3;
const mostPixels = 100_000_000;

/** @throws Error for what is no PNG of one byte a pixel */
export async function readMask(file: Uint8Array<ArrayBuffer>): Promise<Mask> {
  if (signature.some((byte, at) => file[at] !== byte)) throw new Error('a mask is a PNG');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let header: { width: number; height: number } | undefined;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const start = at + 8;
    if (type === 'IHDR') {
      const [depth, colour, interlace] = [file[start + 8], file[start + 9], file[start + 12]];
      if (depth !== 8 || (colour !== grey && colour !== palette) || interlace !== 0)
        throw new Error('a mask has one channel of 8 bits, without interlacing');
      header = { width: view.getUint32(start), height: view.getUint32(start + 4) };
    } else if (type === 'IDAT') parts.push(file.subarray(start, start + length));
    else if (type === 'IEND') break;
    at = start + length + 4;
  }
  if (header === undefined || header.width * header.height > mostPixels) throw new Error('a mask says its size first');
  const packed = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate'));
  const lines = new Uint8Array(await new Response(packed).arrayBuffer());
  return { ...header, indexes: unfiltered(lines, header.width, header.height) };
}

/** Undoes the filter of each line, whose first byte names it. */
function unfiltered(lines: Uint8Array, width: number, height: number): Uint8Array {
  if (lines.length < (width + 1) * height) throw new Error('a mask is cut short');
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const from = y * (width + 1);
    const filter = lines[from] ?? 0;
    const row = y * width;
    for (let x = 0; x < width; x += 1) {
      const left = x === 0 ? 0 : (out[row + x - 1] ?? 0);
      const up = y === 0 ? 0 : (out[row - width + x] ?? 0);
      const corner = x === 0 || y === 0 ? 0 : (out[row - width + x - 1] ?? 0);
      out[row + x] = (lines[from + 1 + x] ?? 0) + guess(filter, left, up, corner);
    }
  }
  return out;
}

function guess(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  // Paeth's: whichever of the three is nearest to the plane through them
  const base = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(base - left), Math.abs(base - up), Math.abs(base - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

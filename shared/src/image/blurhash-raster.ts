/** RGBA, four bytes a pixel, as blurhash encoders take it. */
export interface BlurhashRaster {
  width: number;
  height: number;
  rgba: Uint8ClampedArray;
}

/** 16x12 samples hold the 4x3 lowest cosines four times over; more samples cost time and move no digit by more than one. */
const maxWidth = 16;
const maxHeight = 12;

/**
 * Shrinks a picture to at most 16x12 by box averaging, for a 4x3 blurhash. Every source pixel counts with the share of it
 * that falls into a box, so a box edge may cut through a pixel.
 * @param rgb three bytes a pixel, row-major.
 */
export function blurhashRaster(rgb: Uint8Array, width: number, height: number): BlurhashRaster {
  const toWidth = Math.min(width, maxWidth);
  const toHeight = Math.min(height, maxHeight);
  const across = shares(width, toWidth);
  const down = shares(height, toHeight);
  const sums = new Float64Array(toWidth * toHeight * 3);
  const line = new Float64Array(toWidth * 3);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
      const box = across.box[x] as number;
      const share = across.share[x] as number;
      addPixel(line, box, share, rgb, at);
      if (share < 1 && box + 1 < toWidth) addPixel(line, box + 1, 1 - share, rgb, at);
    }
    const box = down.box[y] as number;
    const share = down.share[y] as number;
    addLine(sums, box, share, line);
    if (share < 1 && box + 1 < toHeight) addLine(sums, box + 1, 1 - share, line);
  }
  const area = (width / toWidth) * (height / toHeight);
  const rgba = new Uint8ClampedArray(toWidth * toHeight * 4);
  for (let i = 0; i < toWidth * toHeight; i++) {
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = (sums[i * 3 + c] as number) / area;
    rgba[i * 4 + 3] = 255;
  }
  return { width: toWidth, height: toHeight, rgba };
}

/** For each sample the box it begins in and the share of it inside that box; the rest is in the next one. */
function shares(size: number, boxes: number): { box: Int32Array; share: Float64Array } {
  const perBox = size / boxes;
  const box = new Int32Array(size);
  const share = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const b = Math.min(boxes - 1, Math.floor(i / perBox + 1e-9));
    box[i] = b;
    share[i] = b === boxes - 1 ? 1 : Math.min(1, Math.max(0, (b + 1) * perBox - i));
  }
  return { box, share };
}

function addPixel(line: Float64Array, box: number, share: number, rgb: Uint8Array, at: number): void {
  const to = box * 3;
  line[to] = (line[to] as number) + (rgb[at] as number) * share;
  line[to + 1] = (line[to + 1] as number) + (rgb[at + 1] as number) * share;
  line[to + 2] = (line[to + 2] as number) + (rgb[at + 2] as number) * share;
}

function addLine(sums: Float64Array, box: number, share: number, line: Float64Array): void {
  const to = box * line.length;
  for (let i = 0; i < line.length; i++) sums[to + i] = (sums[to + i] as number) + (line[i] as number) * share;
}

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
    sumLine(line, rgb, y * width * 3, across);
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

interface Shares {
  box: Int32Array;
  share: Float64Array;
}

/** For each sample the box it begins in and the share of it inside that box; the rest is in the next one. */
function shares(size: number, boxes: number): Shares {
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

/** Sums one row of pixels into its boxes. Three plain sums a box: pixels come in order, so each box is written once. */
function sumLine(line: Float64Array, rgb: Uint8Array, from: number, { box, share }: Shares): void {
  let at = from;
  let now = 0;
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let x = 0; x < box.length; x++, at += 3) {
    if (box[x] !== now) {
      line[now * 3] = red;
      line[now * 3 + 1] = green;
      line[now * 3 + 2] = blue;
      red = 0;
      green = 0;
      blue = 0;
      // the pixel before may reach into this box
      const rest = 1 - (share[x - 1] as number);
      if (rest > 0) {
        red = (rgb[at - 3] as number) * rest;
        green = (rgb[at - 2] as number) * rest;
        blue = (rgb[at - 1] as number) * rest;
      }
      now = box[x] as number;
    }
    const part = share[x] as number;
    red += (rgb[at] as number) * part;
    green += (rgb[at + 1] as number) * part;
    blue += (rgb[at + 2] as number) * part;
  }
  line[now * 3] = red;
  line[now * 3 + 1] = green;
  line[now * 3 + 2] = blue;
}

function addLine(sums: Float64Array, box: number, share: number, line: Float64Array): void {
  const to = box * line.length;
  for (let i = 0; i < line.length; i++) sums[to + i] = (sums[to + i] as number) + (line[i] as number) * share;
}

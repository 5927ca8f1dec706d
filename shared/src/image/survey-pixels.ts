import type { BlurhashRaster } from './blurhash.ts';

/** What one pass over a picture finds, for the descriptors that need to see every pixel. */
export interface PixelSurvey {
  /** One byte a pixel: ITU-R BT.601 in 16-bit fixed point, rounded, bit for bit as Pillow's `convert('L')`. */
  luma: Uint8Array;
  /** Mean colour as `#rrggbb`. */
  meanColor: string;
  /** The picture shrunk to at most 16x12 by box averaging: every pixel counts with the share of it that falls into a box. */
  blurhashRaster: BlurhashRaster;
}

/** 16x12 samples hold the 4x3 lowest cosines four times over; more samples cost time and move no digit by more than one. */
const maxWidth = 16;
const maxHeight = 12;

/**
 * Reads every pixel once: on a raster that no cache holds, a second reading costs as much as all that is done with it.
 * @param rgb three bytes a pixel, row-major, `width * height` of them, at least one.
 * @throws RangeError when the length does not fit the size.
 */
export function surveyPixels(rgb: Uint8Array, width: number, height: number): PixelSurvey {
  if (Math.min(width, height) < 1 || rgb.length !== width * height * 3)
    throw new RangeError(`${rgb.length} bytes are not ${width} x ${height}`);
  const across = boxesOf(width, Math.min(width, maxWidth));
  const down = boxesOf(height, Math.min(height, maxHeight));
  const luma = new Uint8Array(width * height);
  const sums = new Float64Array(across.count * down.count * 3);
  const line = new Float64Array(across.count * 3);
  const totals = new Float64Array(3);
  let row = 0;
  for (let box = 0; box < down.count; box++) {
    for (; row < (down.end[box] as number); row++) {
      surveyRow(rgb, row * width, luma, across, line, totals);
      addLine(sums, box, 1, line);
    }
    const share = down.share[box] as number;
    if (share === 0) continue;
    surveyRow(rgb, row * width, luma, across, line, totals);
    addLine(sums, box, share, line);
    addLine(sums, box + 1, 1 - share, line);
    row++;
  }
  const rgba = new Uint8ClampedArray(across.count * down.count * 4);
  const area = (width / across.count) * (height / down.count);
  for (let i = 0; i < across.count * down.count; i++) {
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = (sums[i * 3 + c] as number) / area;
    rgba[i * 4 + 3] = 255;
  }
  return {
    luma,
    meanColor: `#${Array.from(totals, (total) => hexByte(total / (width * height))).join('')}`,
    blurhashRaster: { width: across.count, height: down.count, rgba },
  };
}

interface Boxes {
  count: number;
  /** Behind the last pixel that lies in the box alone. */
  end: Int32Array;
  /** Share of the pixel after it that is in the box, the rest being in the next one; 0 where no pixel is cut. */
  share: Float64Array;
}

function boxesOf(size: number, count: number): Boxes {
  const perBox = size / count;
  const end = new Int32Array(count);
  const share = new Float64Array(count);
  for (let box = 0; box < count; box++) {
    const bound = box === count - 1 ? size : (box + 1) * perBox;
    end[box] = Math.floor(bound + 1e-9);
    share[box] = Math.max(0, bound - (end[box] as number));
    if ((share[box] as number) < 1e-9) share[box] = 0;
  }
  return { count, end, share };
}

/** Luma of one row, its sums by box into `line`, and its whole sums onto `totals`. Pixels inside a box add up as integers. */
function surveyRow(
  rgb: Uint8Array,
  pixel: number,
  luma: Uint8Array,
  { count, end, share }: Boxes,
  line: Float64Array,
  totals: Float64Array,
): void {
  let at = pixel * 3;
  let to = pixel;
  // of the pixel that the box before had a share of
  let [restRed, restGreen, restBlue] = [0, 0, 0];
  let [allRed, allGreen, allBlue] = [0, 0, 0];
  for (let box = 0; box < count; box++) {
    const stop = pixel + (end[box] as number);
    let sumRed = 0;
    let sumGreen = 0;
    let sumBlue = 0;
    for (; to < stop; to++, at += 3) {
      const red = rgb[at] as number;
      const green = rgb[at + 1] as number;
      const blue = rgb[at + 2] as number;
      luma[to] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
      sumRed = (sumRed + red) | 0;
      sumGreen = (sumGreen + green) | 0;
      sumBlue = (sumBlue + blue) | 0;
    }
    allRed += sumRed;
    allGreen += sumGreen;
    allBlue += sumBlue;
    const part = share[box] as number;
    if (part === 0) {
      line[box * 3] = restRed + sumRed;
      line[box * 3 + 1] = restGreen + sumGreen;
      line[box * 3 + 2] = restBlue + sumBlue;
      restRed = 0;
      restGreen = 0;
      restBlue = 0;
      continue;
    }
    const red = rgb[at] as number;
    const green = rgb[at + 1] as number;
    const blue = rgb[at + 2] as number;
    luma[to] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    line[box * 3] = restRed + sumRed + red * part;
    line[box * 3 + 1] = restGreen + sumGreen + green * part;
    line[box * 3 + 2] = restBlue + sumBlue + blue * part;
    restRed = red * (1 - part);
    restGreen = green * (1 - part);
    restBlue = blue * (1 - part);
    allRed += red;
    allGreen += green;
    allBlue += blue;
    to++;
    at += 3;
  }
  totals[0] = (totals[0] as number) + allRed;
  totals[1] = (totals[1] as number) + allGreen;
  totals[2] = (totals[2] as number) + allBlue;
}

function addLine(sums: Float64Array, box: number, share: number, line: Float64Array): void {
  const to = box * line.length;
  for (let i = 0; i < line.length; i++) sums[to + i] = (sums[to + i] as number) + (line[i] as number) * share;
}

function hexByte(value: number): string {
  return Math.round(value).toString(16).padStart(2, '0');
}

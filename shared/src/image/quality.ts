/** Four coarse figures of a picture, 0 to 15 each, so that each carries 4 bits and no more. */
export interface Quality {
  /** Mean luma. */
  brightness: number;
  /** Standard deviation of luma. */
  contrast: number;
  /** Root of the variance of the 4-neighbour Laplacian (Pech-Pacheco et al., 2000), on a square-root scale. */
  sharpness: number;
  /** Shannon entropy of the luma histogram. */
  entropy: number;
}

/** @param luma `width * height` bytes, row-major. */
export function qualityOf(luma: Uint8Array, width: number, height: number): Quality {
  // two counts in turn: equal neighbours would wait for each other's
  const histogram = new Uint32Array(256);
  const odd = new Uint32Array(256);
  const even = luma.length & ~1;
  for (let i = 0; i < even; i += 2) {
    const first = luma[i] as number;
    const second = luma[i + 1] as number;
    histogram[first] = (histogram[first] as number) + 1;
    odd[second] = (odd[second] as number) + 1;
  }
  if (even < luma.length) odd[luma[even] as number] = (odd[luma[even] as number] as number) + 1;
  for (let value = 0; value < 256; value++) histogram[value] = (histogram[value] as number) + (odd[value] as number);
  let sum = 0;
  let squares = 0;
  let entropyBits = 0;
  for (let value = 0; value < 256; value++) {
    const count = histogram[value] as number;
    if (count === 0) continue;
    sum += value * count;
    squares += value * value * count;
    entropyBits -= (count / luma.length) * Math.log2(count / luma.length);
  }
  const mean = sum / luma.length;
  const deviation = Math.sqrt(Math.max(0, squares / luma.length - mean * mean));
  return {
    brightness: step(mean / 16),
    contrast: step(deviation / 8), // 127.5 is the most a byte can deviate
    sharpness: step(Math.sqrt(laplacianDeviation(luma, width, height))),
    entropy: step(entropyBits * 2), // 8 bits is the most a byte can hold
  };
}

/** So many squares of at most 4 x 255 stay below 2^31. */
const exactRun = 2048;

function laplacianDeviation(luma: Uint8Array, width: number, height: number): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    const row = y * width;
    // short runs add up in 32 bits, exactly
    for (let x = 1; x < width - 1; x += exactRun) {
      const end = row + Math.min(width - 1, x + exactRun);
      let runSum = 0;
      let runSquares = 0;
      let left = luma[row + x - 1] as number;
      let middle = luma[row + x] as number;
      for (let at = row + x; at < end; at++) {
        const right = luma[at + 1] as number;
        const value = (4 * middle - left - right - (luma[at - width] as number) - (luma[at + width] as number)) | 0;
        runSum = (runSum + value) | 0;
        runSquares = (runSquares + Math.imul(value, value)) | 0;
        left = middle;
        middle = right;
      }
      sum += runSum;
      squares += runSquares;
    }
  }
  const count = Math.max(0, width - 2) * Math.max(0, height - 2);
  if (count === 0) return 0;
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

function step(value: number): number {
  return Math.max(0, Math.min(15, Math.floor(value)));
}

import { resizeLanczos } from './resize-lanczos.ts';

const side = 32;
const kept = 8;
/** Coefficients this small are what rounding leaves of zero: without the snap a flat picture hashes its own noise. */
const zeroBelow = 1e-6;

/** cos(pi (2x + 1) u / 64), `side` values for each of the `kept` frequencies. */
const cosines = Float64Array.from({ length: kept * side }, (_, i) => {
  const u = Math.floor(i / side);
  const x = i % side;
  return Math.cos((Math.PI * (2 * x + 1) * u) / (2 * side));
});

/**
 * 64-bit perceptual hash as 64 characters of 0 and 1, row-major; alike pictures differ in few of them.
 * Luma, 32x32 Lanczos, 2-D DCT-II, top-left 8x8 with the DC, bit = coefficient > median: as ImageHash's `phash` does.
 * @param luma `width * height` bytes, oriented.
 */
export function perceptualHash(luma: Uint8Array, width: number, height: number): string {
  const low = lowFrequencies(resizeLanczos(luma, width, height, side, side));
  const sorted = Float64Array.from(low).sort();
  const median = ((sorted[31] as number) + (sorted[32] as number)) / 2;
  return Array.from(low, (coefficient) => (coefficient > median ? '1' : '0')).join('');
}

/** The 8x8 lowest frequencies of the 2-D DCT-II of a 32x32 raster, rows of vertical frequency, scaled as scipy does (2 a pass). */
function lowFrequencies(grey: Uint8Array): Float64Array {
  const rows = new Float64Array(side * kept);
  for (let y = 0; y < side; y++) {
    for (let u = 0; u < kept; u++) {
      let sum = 0;
      for (let x = 0; x < side; x++) sum += (grey[y * side + x] as number) * (cosines[u * side + x] as number);
      rows[y * kept + u] = 2 * sum;
    }
  }
  const low = new Float64Array(kept * kept);
  for (let v = 0; v < kept; v++) {
    for (let u = 0; u < kept; u++) {
      let sum = 0;
      for (let y = 0; y < side; y++) sum += (rows[y * kept + u] as number) * (cosines[v * side + y] as number);
      low[v * kept + u] = Math.abs(sum) < zeroBelow ? 0 : 2 * sum;
    }
  }
  return low;
}

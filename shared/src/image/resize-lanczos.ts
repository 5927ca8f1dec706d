/**
 * Separable Lanczos3 resampling of 8-bit grey, the arithmetic of Pillow's `Resample.c`: the same window, the same 22-bit
 * fixed point and the same rounding between the passes, so that perceptual hashes agree with ImageHash.
 */
const support = 3;
const precisionBits = 22;
const half = 1 << (precisionBits - 1);

interface Weights {
  /** First source sample of each output sample. */
  first: Int32Array;
  /** How many source samples each output sample takes. */
  count: Int32Array;
  /** Fixed-point weights, `stride` an output sample. */
  weight: Int32Array;
  stride: number;
}

/**
 * Resizes a grey raster.
 * @param grey `width * height` bytes, row-major.
 * @throws RangeError when the length does not fit the size, or a size is not positive.
 */
export function resizeLanczos(
  grey: Uint8Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Uint8Array {
  if (Math.min(width, height, toWidth, toHeight) < 1) throw new RangeError('sizes must be positive');
  if (grey.length !== width * height) throw new RangeError(`${grey.length} bytes are not ${width} x ${height}`);
  const across = width === toWidth ? grey : resizeRows(grey, width, height, toWidth);
  return height === toHeight ? across : resizeColumns(across, toWidth, height, toHeight);
}

function resizeRows(grey: Uint8Array, width: number, height: number, toWidth: number): Uint8Array {
  const { first, count, weight, stride } = weightsOf(width, toWidth);
  const out = new Uint8Array(toWidth * height);
  // four rows at a time share the reading of each weight; sums stay within 32 bits
  let y = 0;
  for (; y + 4 <= height; y += 4) {
    for (let x = 0; x < toWidth; x++) {
      let a = y * width + (first[x] as number);
      let b = a + width;
      let c = b + width;
      let d = c + width;
      const base = x * stride;
      const end = base + (count[x] as number);
      let sumA = half;
      let sumB = half;
      let sumC = half;
      let sumD = half;
      for (let k = base; k < end; k++) {
        const share = weight[k] as number;
        sumA = (sumA + Math.imul(grey[a++] as number, share)) | 0;
        sumB = (sumB + Math.imul(grey[b++] as number, share)) | 0;
        sumC = (sumC + Math.imul(grey[c++] as number, share)) | 0;
        sumD = (sumD + Math.imul(grey[d++] as number, share)) | 0;
      }
      const to = y * toWidth + x;
      out[to] = clip(sumA);
      out[to + toWidth] = clip(sumB);
      out[to + 2 * toWidth] = clip(sumC);
      out[to + 3 * toWidth] = clip(sumD);
    }
  }
  for (; y < height; y++) {
    for (let x = 0; x < toWidth; x++) {
      const from = y * width + (first[x] as number);
      const base = x * stride;
      const taken = count[x] as number;
      let sum = half;
      for (let k = 0; k < taken; k++) sum = (sum + Math.imul(grey[from + k] as number, weight[base + k] as number)) | 0;
      out[y * toWidth + x] = clip(sum);
    }
  }
  return out;
}

function resizeColumns(grey: Uint8Array, width: number, height: number, toHeight: number): Uint8Array {
  const { first, count, weight, stride } = weightsOf(height, toHeight);
  const out = new Uint8Array(width * toHeight);
  for (let y = 0; y < toHeight; y++) {
    const top = (first[y] as number) * width;
    const base = y * stride;
    const taken = count[y] as number;
    for (let x = 0; x < width; x++) {
      let sum = half;
      for (let k = 0, at = top + x; k < taken; k++, at += width) {
        sum = (sum + Math.imul(grey[at] as number, weight[base + k] as number)) | 0;
      }
      out[y * width + x] = clip(sum);
    }
  }
  return out;
}

function clip(fixed: number): number {
  const value = fixed >> precisionBits;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Pictures of one camera share their sizes, and the sines of the window cost as much as the resampling. */
const keptWeights = new Map<string, Weights>();
const keptSizes = 32;

function weightsOf(size: number, toSize: number): Weights {
  const key = `${size}:${toSize}`;
  const kept = keptWeights.get(key);
  if (kept) return kept;
  const made = makeWeights(size, toSize);
  if (keptWeights.size >= keptSizes) keptWeights.clear();
  keptWeights.set(key, made);
  return made;
}

function makeWeights(size: number, toSize: number): Weights {
  const scale = size / toSize;
  const filterScale = Math.max(scale, 1);
  const reach = support * filterScale;
  const stride = Math.ceil(reach) * 2 + 1;
  const weights: Weights = {
    first: new Int32Array(toSize),
    count: new Int32Array(toSize),
    weight: new Int32Array(toSize * stride),
    stride,
  };
  const window = new Float64Array(stride);
  for (let out = 0; out < toSize; out++) {
    const centre = (out + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - reach + 0.5));
    const count = Math.min(size, Math.trunc(centre + reach + 0.5)) - from;
    let total = 0;
    for (let k = 0; k < count; k++) {
      const value = lanczos((k + from - centre + 0.5) / filterScale);
      window[k] = value;
      total += value;
    }
    weights.first[out] = from;
    weights.count[out] = count;
    for (let k = 0; k < count; k++) {
      const share = ((window[k] as number) / total) * (1 << precisionBits);
      weights.weight[out * stride + k] = Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    }
  }
  return weights;
}

function lanczos(x: number): number {
  return x >= -support && x < support ? sinc(x) * sinc(x / support) : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

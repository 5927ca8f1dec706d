/**
 * Blocks of eight by eight coefficients as two by two or four by four samples, bit for bit as libjpeg computes them: the constants, the
 * 13-bit fixed point and the rounding of its `jidctred.c`.
 */
const fractionBits = 13;
const firstPassBits = 2;
const centre = 128;
/** Of two samples: of the coefficients in rows or columns 1, 3, 5 and 7. */
const oddWeights = [29_692, -10_426, 6967, -5906] as const;
const firstShift = fractionBits - firstPassBits + 2;
const secondShift = fractionBits + firstPassBits + 3 + 2;
/** Up to this place all coefficients are in the first three columns and rows. */
const lastOfThreeColumns = 6;
/** Columns that the second pass of four samples looks at. */
const fourColumns = [0, 1, 2, 3, 5, 6, 7];
const work = new Int32Array(32);

/** The one sample of a block that is shrunk to its mean, or each sample of a flat one. */
export function meanSample(mean: number): number {
  return ((mean + 4) >> 3) + centre;
}

/**
 * Writes four samples into a plane.
 * @param last zigzag place of the last coefficient that is not zero
 */
export function shrinkToTwo(
  block: Int16Array,
  from: number,
  last: number,
  plane: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  if (last < lastOfThreeColumns) {
    const left = (block[from] as number) << (fractionBits + 2);
    const leftOdd = Math.imul(block[from + 8] as number, oddWeights[0]);
    const right = (block[from + 1] as number) << (fractionBits + 2);
    const rightOdd = Math.imul(block[from + 9] as number, oddWeights[0]);
    twoSamples(
      descale(left + leftOdd, firstShift),
      Math.imul(descale(right + rightOdd, firstShift), oddWeights[0]),
      plane,
      at,
    );
    twoSamples(
      descale(left - leftOdd, firstShift),
      Math.imul(descale(right - rightOdd, firstShift), oddWeights[0]),
      plane,
      at + stride,
    );
    return;
  }
  let upper = 0;
  let lower = 0;
  for (let i = 0; i < 4; i++) {
    const x = from + 1 + 2 * i;
    const even = (block[x] as number) << (fractionBits + 2);
    const odd = oddOfTwo(block, x);
    const weight = oddWeights[i] as number;
    upper = (upper + Math.imul(descale(even + odd, firstShift), weight)) | 0;
    lower = (lower + Math.imul(descale(even - odd, firstShift), weight)) | 0;
  }
  const even = (block[from] as number) << (fractionBits + 2);
  const odd = oddOfTwo(block, from);
  twoSamples(descale(even + odd, firstShift), upper, plane, at);
  twoSamples(descale(even - odd, firstShift), lower, plane, at + stride);
}

function twoSamples(mean: number, odd: number, plane: Uint8ClampedArray, at: number): void {
  const even = mean << (fractionBits + 2);
  plane[at] = descale(even + odd, secondShift) + centre;
  plane[at + 1] = descale(even - odd, secondShift) + centre;
}

function oddOfTwo(block: Int16Array, x: number): number {
  return (
    (Math.imul(block[x + 8] as number, oddWeights[0]) +
      Math.imul(block[x + 24] as number, oddWeights[1]) +
      Math.imul(block[x + 40] as number, oddWeights[2]) +
      Math.imul(block[x + 56] as number, oddWeights[3])) |
    0
  );
}

/** Writes sixteen samples into a plane. */
export function shrinkToFour(
  block: Int16Array,
  from: number,
  plane: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  const shift = fractionBits - firstPassBits + 1;
  for (const x of fourColumns) {
    const mean = (block[from + x] as number) << (fractionBits + 1);
    const even = evenOfFour(block[from + 16 + x] as number, block[from + 48 + x] as number);
    const [b1, b3, b5, b7] = [
      block[from + 8 + x] as number,
      block[from + 24 + x] as number,
      block[from + 40 + x] as number,
      block[from + 56 + x] as number,
    ];
    const inner = innerOfFour(b1, b3, b5, b7);
    const outer = outerOfFour(b1, b3, b5, b7);
    work[x] = descale(mean + even + outer, shift);
    work[8 + x] = descale(mean - even + inner, shift);
    work[16 + x] = descale(mean - even - inner, shift);
    work[24 + x] = descale(mean + even - outer, shift);
  }
  const out = fractionBits + firstPassBits + 3 + 1;
  for (let y = 0, to = at; y < 4; y++, to += stride) {
    const row = y * 8;
    const mean = (work[row] as number) << (fractionBits + 1);
    const even = evenOfFour(work[row + 2] as number, work[row + 6] as number);
    const [b1, b3, b5, b7] = [
      work[row + 1] as number,
      work[row + 3] as number,
      work[row + 5] as number,
      work[row + 7] as number,
    ];
    const inner = innerOfFour(b1, b3, b5, b7);
    const outer = outerOfFour(b1, b3, b5, b7);
    plane[to] = descale(mean + even + outer, out) + centre;
    plane[to + 1] = descale(mean - even + inner, out) + centre;
    plane[to + 2] = descale(mean - even - inner, out) + centre;
    plane[to + 3] = descale(mean + even - outer, out) + centre;
  }
}

function descale(value: number, bits: number): number {
  return (value + (1 << (bits - 1))) >> bits;
}

function evenOfFour(b2: number, b6: number): number {
  return (Math.imul(b2, 15137) + Math.imul(b6, -6270)) | 0;
}

function innerOfFour(b1: number, b3: number, b5: number, b7: number): number {
  return (Math.imul(b1, 8697) + Math.imul(b3, -17799) + Math.imul(b5, 11893) + Math.imul(b7, -1730)) | 0;
}

function outerOfFour(b1: number, b3: number, b5: number, b7: number): number {
  return (Math.imul(b1, 20995) + Math.imul(b3, 7373) + Math.imul(b5, -4926) + Math.imul(b7, -4176)) | 0;
}

import { describe, expect, test } from 'vitest';
import { analysisSize } from './analysis-size.ts';
import { perceptualHash } from './perceptual-hash.ts';
import { qualityOf } from './quality.ts';
import { resizeLanczos } from './resize-lanczos.ts';
import { surveyPixels } from './survey-pixels.ts';

const raster = (width: number, height: number, at: (x: number, y: number) => number) =>
  Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width)));

/** The definition, term by term: four nested sums over a 32x32 raster. */
function naiveHash(grey: Uint8Array): string {
  const low: number[] = [];
  for (let v = 0; v < 8; v++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let y = 0; y < 32; y++) {
        for (let x = 0; x < 32; x++) {
          sum +=
            (grey[y * 32 + x] as number) *
            Math.cos((Math.PI / 32) * (x + 0.5) * u) *
            Math.cos((Math.PI / 32) * (y + 0.5) * v);
        }
      }
      low.push(Math.abs(sum) < 1e-6 ? 0 : sum);
    }
  }
  const sorted = low.toSorted((a, b) => a - b);
  const median = ((sorted[31] as number) + (sorted[32] as number)) / 2;
  return low.map((value) => (value > median ? '1' : '0')).join('');
}

describe('luma', () => {
  test.each([
    { rgb: [255, 255, 255], want: 255 },
    { rgb: [255, 0, 0], want: 76 },
    { rgb: [0, 255, 0], want: 150 },
    { rgb: [0, 0, 255], want: 29 },
    { rgb: [10, 20, 30], want: 18 },
  ])('of $rgb is $want', ({ rgb, want }) => {
    expect(surveyPixels(Uint8Array.from(rgb), 1, 1).luma).toEqual(Uint8Array.of(want));
  });
});

describe('Lanczos', () => {
  test('a flat raster stays flat at every size', () => {
    for (const to of [1, 7, 32, 100]) {
      expect(
        new Set(
          resizeLanczos(
            raster(50, 40, () => 137),
            50,
            40,
            to,
            to,
          ),
        ),
      ).toEqual(new Set([137]));
    }
  });

  test('the same size is the same raster', () => {
    const grey = raster(9, 5, (x, y) => x * 20 + y);
    expect(resizeLanczos(grey, 9, 5, 9, 5)).toEqual(grey);
  });

  test('mirrored in, mirrored out', () => {
    const ramp = raster(100, 1, (x) => (x * x) % 256);
    const mirrored = ramp.toReversed();
    expect(resizeLanczos(mirrored, 100, 1, 32, 1)).toEqual(resizeLanczos(ramp, 100, 1, 32, 1).toReversed());
  });

  test('an edge overshoots and is clipped to a byte', () => {
    const out = resizeLanczos(
      raster(64, 1, (x) => (x < 32 ? 0 : 255)),
      64,
      1,
      32,
      1,
    );
    expect(Math.min(...out)).toBe(0);
    expect(Math.max(...out)).toBe(255);
    expect(out[15]).toBeLessThan(60);
    expect(out[16]).toBeGreaterThan(195);
  });

  test('a wrong length is refused', () => {
    expect(() => resizeLanczos(new Uint8Array(5), 2, 2, 1, 1)).toThrow(RangeError);
  });
});

describe('perceptual hash', () => {
  test('a flat picture has its DC and nothing else', () => {
    expect(
      perceptualHash(
        raster(32, 32, () => 90),
        32,
        32,
      ),
    ).toBe(`1${'0'.repeat(63)}`);
    expect(
      perceptualHash(
        raster(32, 32, () => 0),
        32,
        32,
      ),
    ).toBe('0'.repeat(64));
  });

  test('a horizontal ramp falling to the right lights the odd frequencies of the first row', () => {
    const hash = perceptualHash(
      raster(32, 32, (x) => 248 - x * 8),
      32,
      32,
    );
    expect(hash).toBe(`11010101${'0'.repeat(56)}`);
  });

  test.each([
    { name: 'a diagonal ramp', at: (x: number, y: number) => x * 3 + y * 5 },
    { name: 'a checkerboard of 4', at: (x: number, y: number) => (((x >> 2) + (y >> 2)) % 2) * 255 },
    { name: 'a disc', at: (x: number, y: number) => (Math.hypot(x - 12, y - 20) < 9 ? 220 : 40) },
    { name: 'a texture', at: (x: number, y: number) => (x * 73 + y * 151 + x * y * 7) % 256 },
  ])('$name hashes as the definition says', ({ at }) => {
    const grey = raster(32, 32, at);
    expect(perceptualHash(grey, 32, 32)).toBe(naiveHash(grey));
  });

  test('half the size moves at most two bits', () => {
    const scene = (scale: number) =>
      raster(256 / scale, 192 / scale, (x, y) =>
        Math.round(128 + 60 * Math.sin((x * scale) / 40) + 60 * Math.cos((y * scale) / 25 + (x * scale) / 90)),
      );
    const a = perceptualHash(scene(1), 256, 192);
    const b = perceptualHash(scene(2), 128, 96);
    expect([...a].filter((bit, i) => bit !== b[i]).length).toBeLessThanOrEqual(2);
  });
});

describe('quality', () => {
  test('a flat mid grey is of middling brightness and nothing else', () => {
    expect(
      qualityOf(
        raster(64, 64, () => 128),
        64,
        64,
      ),
    ).toEqual({ brightness: 8, contrast: 0, sharpness: 0, entropy: 0 });
  });
  test('a fine checkerboard is of the highest contrast and sharpness, with one bit of entropy', () => {
    const board = raster(64, 64, (x, y) => ((x + y) % 2) * 255);
    expect(qualityOf(board, 64, 64)).toEqual({ brightness: 7, contrast: 15, sharpness: 15, entropy: 2 });
  });
  test('every byte equally often is of the highest entropy', () => {
    expect(
      qualityOf(
        raster(256, 4, (x) => x),
        256,
        4,
      ).entropy,
    ).toBe(15);
  });
  test('a raster too small for a Laplacian has no sharpness', () => {
    expect(qualityOf(Uint8Array.of(0, 255), 2, 1).sharpness).toBe(0);
  });
});

test('the mean colour rounds each channel', () => {
  expect(surveyPixels(Uint8Array.of(255, 0, 10, 0, 0, 11), 2, 1).meanColor).toBe('#80000b');
});

describe('analysis size', () => {
  test.each([
    { size: [4000, 3000], want: { width: 500, height: 375, factor: 8, isExact: true } },
    { size: [640, 480], want: { width: 160, height: 120, factor: 4, isExact: true } },
    { size: [512, 512], want: { width: 64, height: 64, factor: 8, isExact: true } },
    { size: [504, 505], want: { width: 126, height: 127, factor: 4, isExact: false } },
    { size: [10, 3000], want: { width: 10, height: 3000, factor: 1, isExact: true } },
  ] as const)('of $size is $want', ({ size, want }) => {
    expect(analysisSize(size[0], size[1])).toEqual(want);
  });
});

describe('blurhash raster', () => {
  test('averages boxes exactly, also where a box cuts a pixel', () => {
    const rgb = Uint8Array.from({ length: 24 * 3 }, (_, i) => Math.floor(i / 3) * 10);
    const out = surveyPixels(rgb, 24, 1).blurhashRaster;
    expect([out.width, out.height]).toEqual([16, 1]);
    // box 0 = pixel 0 and half of pixel 1, box 1 = the other half and pixel 2
    expect(out.rgba[0]).toBe(Math.round((0 + 5) / 1.5));
    expect(out.rgba[4]).toBe(Math.round((5 + 20) / 1.5));
  });
  test('a small picture stays as it is', () => {
    const out = surveyPixels(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 1).blurhashRaster;
    expect(Array.from(out.rgba)).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
  });
  test('counts every pixel with its share, whatever the size', () => {
    const wrong: object[] = [];
    for (const [width, height] of [
      [37, 29],
      [64, 64],
      [160, 12],
      [17, 100],
      [100, 13],
    ] as const) {
      const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919 + (i >> 3) * 31) % 256);
      const { blurhashRaster: out, luma } = surveyPixels(rgb, width, height);
      const share = (pixel: number, size: number, box: number, boxes: number) =>
        Math.max(0, Math.min(pixel + 1, ((box + 1) * size) / boxes) - Math.max(pixel, (box * size) / boxes));
      for (let box = 0; box < out.width * out.height; box++) {
        let [sum, weights] = [0, 0];
        for (let i = 0; i < width * height; i++) {
          const weight =
            share(i % width, width, box % out.width, out.width) *
            share(Math.floor(i / width), height, Math.floor(box / out.width), out.height);
          sum += weight * (rgb[i * 3 + 1] as number);
          weights += weight;
        }
        const off = Math.abs((out.rgba[box * 4 + 1] as number) - sum / weights);
        if (off > 0.5001) wrong.push({ width, height, box, off });
      }
      const last = width * height - 1;
      const [red, green, blue] = rgb.subarray(last * 3) as unknown as [number, number, number];
      if (luma[last] !== Math.floor((red * 19595 + green * 38470 + blue * 7471 + 0x8000) / 65536)) wrong.push({ last });
    }
    expect(wrong).toEqual([]);
  });
});

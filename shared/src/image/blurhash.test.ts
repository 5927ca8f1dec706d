import { encode } from 'blurhash';
import { expect, test } from 'vitest';
import { encodeBlurhash } from './blurhash.ts';

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function aRaster(width: number, height: number, at: (x: number, y: number, channel: number) => number) {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = at(i % width, Math.floor(i / width), c);
  return { width, height, rgba };
}

test('encodes what the package encodes, to the character, over every size and kind of picture', () => {
  const random = seeded(20_261_124);
  const kinds: ((x: number, y: number, channel: number) => number)[] = [
    () => 0,
    () => 255,
    (_x, _y, channel) => [18, 130, 240][channel] as number,
    (x) => x * 16,
    (_x, y, channel) => y * 20 + channel,
    (x, y) => ((x + y) % 2) * 255,
    (x, y, channel) => 128 + 100 * Math.cos(x / 3 + channel) * Math.sin(y / 2),
    () => random() * 256,
    () => 120 + random() * 4,
  ];
  const wrong: object[] = [];
  for (let width = 1; width <= 16; width++) {
    for (let height = 1; height <= 12; height++) {
      for (const [kind, at] of kinds.entries()) {
        const raster = aRaster(width, height, at);
        const ours = encodeBlurhash(raster);
        const theirs = encode(raster.rgba, width, height, 4, 3);
        if (ours !== theirs) wrong.push({ width, height, kind, ours, theirs });
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('a raster of another length is refused', () => {
  expect(() => encodeBlurhash({ width: 2, height: 2, rgba: new Uint8ClampedArray(4) })).toThrow(RangeError);
});

import { encode } from 'blurhash';
import { expect, test } from 'vitest';
import { colourLayout, layoutDimensions } from './colour-layout.ts';
import { type IndexRow, primaryOf, readVector, spellVector } from './rules.ts';

test.each([
  ['b', [-128, 0, 127]],
  ['f', [0.5, -1.25, Math.fround(0.1)]],
  ['d', [0.1, 1e300, 128]],
])('a vector of width %s comes back as it went in', (width, vector) => {
  const text = spellVector(vector);
  expect(text[0]).toBe(width);
  expect(Array.from(readVector(text))).toEqual(vector);
});

const index = (over: Partial<IndexRow>): IndexRow => ({
  indexId: 'i',
  level: 'image',
  kind: 'custom',
  dimension: 2,
  state: 'completed',
  isPrimary: false,
  isContinuous: false,
  bornAt: 1,
  ...over,
});

test.each([
  { indexes: [], want: undefined },
  { indexes: [index({ indexId: 'a', kind: 'internal' })], want: 'a' },
  { indexes: [index({ indexId: 'a', kind: 'internal' }), index({ indexId: 'b' })], want: 'b' },
  { indexes: [index({ indexId: 'a', kind: 'internal', isPrimary: true }), index({ indexId: 'b' })], want: 'a' },
  { indexes: [index({ indexId: 'a', state: 'errored' }), index({ indexId: 'b', kind: 'agent' })], want: 'b' },
])('the primary index is $want', ({ indexes, want }) => {
  expect(primaryOf(indexes)?.indexId).toBe(want);
});

/** A picture of one colour above and another one below. */
const halves = (above: number[], below: number[]): string => {
  const pixels = new Uint8ClampedArray(16 * 12 * 4);
  for (let i = 0; i < 16 * 12; i++) pixels.set([...(i < 16 * 6 ? above : below), 255], i * 4);
  return encode(pixels, 16, 12, 4, 3);
};
const cosine = (a: number[], b: number[]): number => {
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

test('pictures of like colours in like places have like layouts', () => {
  const layout = (above: number[], below: number[]) => colourLayout(halves(above, below)) as number[];
  const sky = layout([80, 140, 230], [40, 90, 30]);
  expect(sky).toHaveLength(layoutDimensions);
  const duskier = layout([70, 120, 200], [35, 80, 30]);
  const upsideDown = layout([40, 90, 30], [80, 140, 230]);
  const inside = layout([220, 210, 200], [200, 180, 160]);
  expect(cosine(sky, duskier)).toBeGreaterThan(0.9);
  expect(cosine(sky, upsideDown)).toBeLessThan(0.5);
  expect(cosine(sky, inside)).toBeLessThan(0.5);
});

test.each(['', 'LEHV6nWB2yk8pyo0adR*.7kCMdnj', `L${'\u00e9'.repeat(27)}`, 'L'.repeat(27)])(
  'what is no 4x3 blurhash has no layout: %j',
  (text) => {
    if (text.startsWith('LEHV')) expect(colourLayout(text)).toHaveLength(layoutDimensions);
    else expect(colourLayout(text)).toBeUndefined();
  },
);

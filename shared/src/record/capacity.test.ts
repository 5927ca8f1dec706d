import { expect, test } from 'vitest';
import { capacityViolations, pixelBits, shapeBits, totalPixelBits } from './capacity.ts';
import { pixelBudgetBits } from './levels.ts';

test('no field can carry more than it declares and no level is over its budget', () => {
  expect(capacityViolations()).toEqual([]);
});

test('the levels carry the stated number of pixel-derived bits', () => {
  expect(totalPixelBits('minimal')).toBe(0);
  expect(totalPixelBits('standard')).toBe(282);
  expect(totalPixelBits('rich')).toBe(402);
  expect(totalPixelBits('standard')).toBeLessThanOrEqual(pixelBudgetBits.standard);
});

test('standard lists its pixel-derived fields, largest first', () => {
  expect(pixelBits('standard').slice(0, 3)).toEqual([
    { field: 'blurhash', bits: 178 },
    { field: 'phash', bits: 64 },
    { field: 'mean_color', bits: 24 },
  ]);
});

test.each([
  { shape: { kind: 'integer', min: 0, max: 15 } as const, bits: 4 },
  { shape: { kind: 'enum', values: ['a', 'b', 'c', 'd'] } as const, bits: 2 },
  { shape: { kind: 'decimal', min: 0, max: 0.7, step: 0.1 } as const, bits: 3 },
  { shape: { kind: 'pattern', pattern: /^[01]{64}$/, maxBytes: 64, alphabet: 2, freeChars: 64 } as const, bits: 64 },
])('a $shape.kind carries $bits bits', ({ shape, bits }) => {
  expect(shapeBits(shape)).toBeCloseTo(bits, 10);
});

test('a shape of unknown capacity cannot be pixel-derived', () => {
  expect(() => shapeBits({ kind: 'text', maxBytes: 8 })).toThrow(RangeError);
});

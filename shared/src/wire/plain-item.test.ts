import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DatasetItemInput } from './dataset-item.ts';
import { isPlainItem } from './plain-item.ts';

const good = {
  reference_id: 'a/b.jpg',
  image_url: 'https://pictures.example/a',
  width: 3,
  height: 4,
  phash: '01'.repeat(32),
  metadata: { text: 'x', number: 1.5, flag: true, none: null },
};

const odd = fc.oneof(
  fc.constantFrom(null, undefined, 0, 1, -1, 1.5, 1_000_000, 1_000_001, Number.POSITIVE_INFINITY, Number.NaN),
  fc.constantFrom(
    '',
    'x',
    '\0',
    '\ud800',
    'é'.repeat(513),
    'x'.repeat(341),
    'x'.repeat(342),
    'x'.repeat(4097),
    '0'.repeat(64),
  ),
  fc.constantFrom([], {}, [1], { a: { b: 1 } }, { '\0': 1 }, { a: Number.NaN }, { a: undefined }, true),
);

test('what is plain meets the schema, and nothing else is said to be', () => {
  let plain = 0;
  const field = fc.constantFrom(...Object.keys(good), 'embedding_info', 'other');
  fc.assert(
    fc.property(fc.array(fc.tuple(field, odd), { maxLength: 2 }), (changes) => {
      const item = { ...good, ...Object.fromEntries(changes) };
      if (!isPlainItem(item)) return;
      plain += 1;
      const { other, ...known } = item as Record<string, unknown>;
      expect(DatasetItemInput.parse(item)).toEqual(known);
    }),
    { numRuns: 2_000 },
  );
  expect(plain).toBeGreaterThan(200);
});

test('the usual item is plain, and what is no object is not', () => {
  expect(isPlainItem(good)).toBe(true);
  for (const value of [null, undefined, 'x', [], 1]) expect(isPlainItem(value)).toBe(false);
});

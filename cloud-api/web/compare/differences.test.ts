import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { expect, test } from 'vitest';
import { bitsApart, differences } from './differences.ts';

const item = (over: Partial<DatasetItem>): DatasetItem => ({
  id: 'di_a',
  ref_id: 'a',
  reference_id: 'a',
  image_url: 'https://x.test/a',
  original_image_url: 'https://x.test/a',
  metadata: {},
  ...over,
});

test('every field of either is listed once, with what each says and whether it is the same', () => {
  const rows = differences(
    item({ width: 4, height: 3, metadata: { iso: 100, make: 'canon', only_a: true } }),
    item({ width: 4, height: 3, metadata: { iso: 200, make: 'canon', nested: { a: [1] } } }),
  );
  expect(rows).toEqual([
    { field: 'width × height', first: '4 × 3', second: '4 × 3', isEqual: true },
    { field: 'iso', first: '100', second: '200', isEqual: false },
    { field: 'make', first: 'canon', second: 'canon', isEqual: true },
    { field: 'nested', first: '–', second: '{"a":[1]}', isEqual: false },
    { field: 'only_a', first: 'true', second: '–', isEqual: false },
  ]);
});

test('hashes are compared bit by bit, when both are there', () => {
  expect(bitsApart('0'.repeat(64), `11${'0'.repeat(62)}`)).toBe(2);
  expect(bitsApart(undefined, '0'.repeat(64))).toBeUndefined();
});

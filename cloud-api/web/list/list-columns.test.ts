import { expect, test } from 'vitest';
import { usualColumnsOf } from './list-columns.ts';

const field = (name: string, distinct = 3) => ({
  name,
  type: 'text' as const,
  missing: 0,
  distinct,
  categorical: true,
});

test('the usual fields come first, then others, none that is empty or a picture', () => {
  expect(usualColumnsOf(['blurhash', 'zebra', 'iso', 'name', 'format', 'apple'].map((name) => field(name)))).toEqual([
    'format',
    'iso',
    'zebra',
    'apple',
  ]);
  expect(usualColumnsOf([field('capture_time'), field('capture_local')])).toEqual(['capture_local']);
  expect(usualColumnsOf([field('iso', 0), field('width')])).toEqual(['metadata.width']);
  expect(usualColumnsOf(Array.from({ length: 20 }, (_, at) => field(`f${at}`)))).toHaveLength(5);
});

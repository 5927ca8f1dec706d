import { expect, test } from 'vitest';
import { type ClassCount, joinCounts } from './class-counts.ts';

const of = (label: string, count: number, items = count, kind = 'box'): ClassCount => ({
  kind,
  label,
  taxonomy: null,
  items,
  count,
});

test('classes of annotations and runs stand side by side, those of most annotations first', () => {
  const truth = [of('car', 9, 4), of('person', 12), of('road', 1, 1, 'segmentation')];
  const run = [of('car', 11, 5), of('bus', 30), of('road', 2)];
  const rows = joinCounts([truth, run]);
  expect(rows.map(({ label, kind }) => [label, kind])).toEqual([
    ['person', 'box'],
    ['car', 'box'],
    ['road', 'segmentation'],
    ['bus', 'box'],
    ['road', 'box'],
  ]);
  expect(rows[1]?.cells).toEqual([
    { items: 4, count: 9 },
    { items: 5, count: 11 },
  ]);
  expect(rows[3]?.cells).toEqual([undefined, { items: 30, count: 30 }]);
  expect(joinCounts([[], []])).toEqual([]);
});

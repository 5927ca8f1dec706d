import { describe, expect, test } from 'vitest';
import { JustifiedMap, pageSize, SquareMap } from './grid-map.ts';
import { moved, stepOf } from './move.ts';

const style = { width: 1200, target: 160, gap: 3 };
const page = (aspect: number, count = pageSize): Float32Array => new Float32Array(count).fill(aspect);

describe('a map of a million tiles', () => {
  const map = new JustifiedMap(1_000_000, style, new Map());

  test('knows every row by place and by tile', () => {
    for (const index of [0, 1, 499, 500, 123_456, 999_999]) {
      const row = map.rowOf(index);
      expect(row).toBeDefined();
      if (row === undefined) continue;
      expect(index).toBeGreaterThanOrEqual(row.first);
      expect(index).toBeLessThan(row.first + row.count);
      expect(map.rowsBetween(row.y, row.y).map(({ first }) => first)).toContain(row.first);
    }
    expect(map.rowOf(1_000_000)).toBeUndefined();
  });

  test('gives neighbouring rows without holes', () => {
    const rows = map.rowsBetween(1_000_000, 1_010_000);
    for (let i = 1; i < rows.length; i += 1) {
      const above = rows[i - 1];
      expect(rows[i]?.first).toBe((above?.first ?? 0) + (above?.count ?? 0));
    }
    expect(rows.length).toBeGreaterThan(50);
  });

  test('learning a page moves what is below and nothing above', () => {
    const other = new JustifiedMap(1_000_000, style, new Map());
    const above = other.rowOf(1_000)?.y;
    const below = other.rowOf(5_000)?.y ?? 0;
    other.learn(4, page(2.4));
    expect(other.rowOf(1_000)?.y).toBe(above);
    expect(other.rowOf(5_000)?.y).toBeGreaterThan(below);
    expect(other.rowOf(2_100)?.isLoaded).toBe(true);
  });
});

test('aspects that were known at an older total are not used', () => {
  const map = new JustifiedMap(700, style, new Map([[1, page(1, 100)]]));
  expect(map.rowOf(600)?.isLoaded).toBe(false);
});

test('squares run through page borders without a ragged row', () => {
  const map = new SquareMap(1_200, style, new Map());
  const rows = map.rowsBetween(0, map.height);
  expect(new Set(rows.slice(0, -1).map((row) => row.count)).size).toBe(1);
  expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(1_200);
});

describe('keys', () => {
  const map = new SquareMap(1_000, { width: 1200, target: 117, gap: 3 }, new Map()); // 10 columns

  test.each([
    ['right', 5, 6],
    ['left', 0, 0],
    ['down', 5, 15],
    ['up', 15, 5],
    ['up', 3, 3],
    ['first', 500, 0],
    ['last', 500, 999],
    ['right', 999, 999],
  ] as const)('%s of %i is %i', (step, from, to) => {
    expect(moved(map, from, step, 600)).toBe(to);
  });

  test('a page is about a screen and ends at the ends', () => {
    expect(moved(map, 5, 'page-down', 600)).toBeGreaterThan(40);
    expect(moved(map, 995, 'page-down', 600)).toBeLessThan(1_000);
    expect(moved(map, 25, 'page-up', 600)).toBe(5);
  });

  test('letters in either case and arrows are the same', () => {
    expect(stepOf('J')).toBe('down');
    expect(stepOf('ArrowDown')).toBe('down');
    expect(stepOf('q')).toBeUndefined();
  });
});

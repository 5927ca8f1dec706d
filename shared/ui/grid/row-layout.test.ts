import { describe, expect, test } from 'vitest';
import { clampAspect, estimateRows, justifyRows, squareColumns } from './row-layout.ts';

const style = { width: 1200, target: 160, gap: 3 };
const aspects = (count: number): number[] => Array.from({ length: count }, (_, i) => 0.5 + ((i * 7919) % 200) / 100);

describe('rows of a page', () => {
  test('hold every tile once, in order', () => {
    const { rows } = justifyRows(aspects(500), style);
    let next = 0;
    for (const row of rows) {
      expect(row.first).toBe(next);
      expect(row.xs).toHaveLength(row.count + 1);
      next += row.count;
    }
    expect(next).toBe(500);
  });

  test('reach the edge, the last one too, so that pages join without a gap', () => {
    const { rows } = justifyRows(aspects(500), style);
    for (const row of rows) expect(Math.abs((row.xs.at(-1) ?? 0) - style.gap - style.width)).toBeLessThanOrEqual(1);
  });

  test('stay near the wanted height and keep each tile’s aspect', () => {
    const list = aspects(500);
    const { rows } = justifyRows(list, style);
    for (const row of rows) {
      expect(row.height).toBeGreaterThan(style.target * 0.6);
      expect(row.height).toBeLessThan(style.target * 1.7);
      for (let i = 0; i < row.count; i += 1) {
        const width = (row.xs[i + 1] ?? 0) - (row.xs[i] ?? 0) - style.gap;
        expect(Math.abs(width / row.height - (list[row.first + i] ?? 0))).toBeLessThan(0.05);
      }
    }
  });

  test('stack without overlap', () => {
    const { rows, height } = justifyRows(aspects(200), style);
    let y = 0;
    for (const row of rows) {
      expect(row.y).toBe(y);
      y += row.height + style.gap;
    }
    expect(height).toBe(y);
  });

  test('of one picture do not blow it up to the whole width', () => {
    const { rows } = justifyRows([1.5], style);
    expect(rows[0]?.height).toBeLessThanOrEqual(style.target * 2.4);
  });

  test('of nothing are none', () => {
    expect(justifyRows([], style)).toEqual({ rows: [], height: 0 });
  });
});

test('panoramas, strips and nonsense are bounded', () => {
  expect(clampAspect(40)).toBe(3.2);
  expect(clampAspect(0.001)).toBe(0.4);
  expect(clampAspect(Number.NaN)).toBe(1);
});

test('an estimate holds as many tiles as the page will', () => {
  const { rows } = estimateRows(500, 1.4, style);
  expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(500);
});

test('squares fill the width', () => {
  expect(squareColumns({ width: 1200, target: 117, gap: 3 })).toBe(10);
  expect(squareColumns({ width: 40, target: 160, gap: 3 })).toBe(1);
});

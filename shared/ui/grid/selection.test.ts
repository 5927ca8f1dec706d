import { expect, test } from 'vitest';
import {
  allSelected,
  isSelected,
  markRange,
  noneSelected,
  selectedCount,
  selectedIndices,
  toggled,
} from './selection.ts';

test('ranges join, split and count', () => {
  let chosen = markRange(noneSelected, 10, 20, true);
  chosen = markRange(chosen, 21, 30, true);
  expect(chosen.ranges).toEqual([[10, 31]]);
  chosen = toggled(chosen, 15);
  expect(chosen.ranges).toEqual([
    [10, 15],
    [16, 31],
  ]);
  expect(selectedCount(chosen, 100)).toBe(20);
  expect(isSelected(chosen, 15)).toBe(false);
  expect(isSelected(chosen, 16)).toBe(true);
});

test('a range goes either way', () => {
  expect(markRange(noneSelected, 9, 4, true).ranges).toEqual([[4, 10]]);
});

test('everything but a few stays small', () => {
  const chosen = toggled(toggled(allSelected, 5), 7);
  expect(selectedCount(chosen, 1_000_000)).toBe(999_998);
  expect(isSelected(chosen, 5)).toBe(false);
  expect(selectedIndices(chosen, 10, 100)).toEqual([0, 1, 2, 3, 4, 6, 8, 9]);
  expect(selectedCount(toggled(chosen, 5), 1_000_000)).toBe(999_999);
});

test('no more indices than asked for', () => {
  expect(selectedIndices(allSelected, 1_000_000, 3)).toEqual([0, 1, 2]);
});

test('agrees with a plain set over random changes', () => {
  let seed = 11;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  let chosen = noneSelected;
  const plain = new Set<number>();
  for (let turn = 0; turn < 500; turn += 1) {
    const a = random(60);
    const b = random(60);
    const isOn = random(2) === 0;
    chosen = markRange(chosen, a, b, isOn);
    for (let i = Math.min(a, b); i <= Math.max(a, b); i += 1) isOn ? plain.add(i) : plain.delete(i);
    expect(selectedIndices(chosen, 60, 60)).toEqual([...plain].sort((x, y) => x - y));
  }
});

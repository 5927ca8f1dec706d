import { expect, test } from 'vitest';
import { Settling } from './settle.ts';

test('a folder is due once it has been quiet', () => {
  const settling = new Settling(1000, 10_000);
  settling.note('a', 0);
  settling.note('a', 600);
  expect(settling.nextDueMs()).toBe(1600);
  expect(settling.takeDue(1599)).toEqual([]);
  expect(settling.takeDue(1600)).toEqual(['a']);
  expect(settling.takeDue(5000)).toEqual([]);
  expect(settling.nextDueMs()).toBeUndefined();
});

test('a folder that is never quiet is due all the same', () => {
  const settling = new Settling(1000, 3000);
  for (let nowMs = 0; nowMs < 3000; nowMs += 500) settling.note('busy', nowMs);
  expect(settling.takeDue(2999)).toEqual([]);
  expect(settling.takeDue(3000)).toEqual(['busy']);
});

test('folders do not hold each other up', () => {
  const settling = new Settling(1000, 10_000);
  settling.note('early', 0);
  settling.note('late', 900);
  expect(settling.takeDue(1000)).toEqual(['early']);
  expect(settling.nextDueMs()).toBe(1900);
});

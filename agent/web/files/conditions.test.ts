import { expect, test } from 'vitest';
import { chosenValue, folderOf, withValues } from './conditions.ts';

test.each([
  ['', { path: 'a b/**' }, 'path = "a b/**"'],
  ['path:x/** AND iso > 3', { path: 'y/**' }, 'iso > 3 AND path = "y/**"'],
  ['path:x/** AND iso > 3', { path: undefined, source: 'main' }, 'iso > 3 AND source = main'],
  ['state = queued', { state: undefined }, ''],
  ['iso > 3 OR iso < 1', { state: 'queued' }, '(iso > 3 OR iso < 1) AND state = queued'],
])('%j with %o', (query, values, expected) => {
  expect(withValues(query, values)).toBe(expected);
});

test('what was written is found again', () => {
  const query = withValues('iso > 3', { path: 'a/"b"/**', source: 'main' });
  expect([chosenValue(query, 'path'), chosenValue(query, 'source'), chosenValue(query, 'state')]).toEqual([
    'a/"b"/**',
    'main',
    undefined,
  ]);
  expect(chosenValue('path:a/** AND path:b/**', 'path')).toBeUndefined();
  expect([folderOf('a/b/**'), folderOf('a/*/**'), folderOf('a'), folderOf(undefined)]).toEqual([
    'a/b',
    undefined,
    undefined,
    undefined,
  ]);
});

import { expect, test } from 'vitest';
import { pathTest, plainPrefix } from './path-pattern.ts';

test.each([
  ['a/b', 'a/b', true],
  ['a/b', 'a/b/c.jpg', true],
  ['a/b/', 'a/b/c.jpg', true],
  ['a/b', 'a/bc', false],
  ['*.jpg', 'x.jpg', true],
  ['*.jpg', 'a/x.jpg', false],
  ['**.jpg', 'a/x.jpg', true],
  ['**/x.jpg', 'x.jpg', true],
  ['**/x.jpg', 'a/b/x.jpg', true],
  ['a/**/x.jpg', 'a/x.jpg', true],
  ['a/**', 'ab/x.jpg', false],
  ['img_?.jpg', 'img_1.jpg', true],
  ['img_?.jpg', 'img_/.jpg', false],
  ['a.b*', 'axb', false],
  ['(a|b)*', '(a|b)c', true],
  ['[ab]*', 'a', false],
  ['a*', 'a\nb', true],
  ['?.jpg', '🦀.jpg', true],
])('%j on %j: %s', (pattern, path, isMatch) => {
  expect(pathTest(pattern)(path)).toBe(isMatch);
});

test.each([
  ['a/b/**', { folder: 'a/b', isExactToo: false }],
  ['a/b', { folder: 'a/b', isExactToo: true }],
  ['a/b/', { folder: 'a/b', isExactToo: true }],
  ['a/*/**', undefined],
  ['**', undefined],
  ['/', undefined],
  ['a\\xff/**', undefined],
])('%j is about the folder %o', (pattern, expected) => {
  expect(plainPrefix(pattern)).toEqual(expected);
});

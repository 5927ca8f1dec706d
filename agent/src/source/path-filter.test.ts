import { expect, test } from 'vitest';
import { folderFilter, pathFilter } from './path-filter.ts';

test.each([
  [['tmp/**'], 'tmp', true],
  [['**/.thumbs/**', '**/cache/**'], 'a/cache', true],
  [['**/cache/**'], 'a/cached', false],
  [['**/x'], 'x', false],
  [['*/*'], 'a', false],
  [['**'], 'a', true],
  [[], '.git', true],
  [['tmp/**'], '', false],
])('exclude %j leaves out all of the folder %j: %s', (exclude, key, isOut) => {
  expect(folderFilter(exclude)(key)).toBe(isOut);
  // whatever is below such a folder is left out one by one as well
  if (isOut)
    expect(['y', 'b/c.jpg'].map((name) => pathFilter(['**'], exclude)(`${key}/${name}`))).toEqual([false, false]);
});

test('an include glob leaves no folder out', () => {
  expect(pathFilter(['**/*.jpg'], ['tmp/**'])('deep/a.jpg')).toBe(true);
  expect(folderFilter(['tmp/**'])('deep')).toBe(false);
});

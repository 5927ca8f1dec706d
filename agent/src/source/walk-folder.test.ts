import { mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeyRange } from './key-range.ts';
import { walkFolder } from './walk-folder.ts';

/** Names whose order as paths differs from their order as names. */
const paths = [
  'a',
  'a.jpg',
  'a-folder/b',
  'a-folder.jpg',
  'b/a.jpg',
  'b/c/d/e.jpg',
  'b/c/d.jpg',
  'b/c.jpg',
  'b.jpg',
  'b-/x.jpg',
  'c/only.jpg',
  'é/ü.jpg',
  'z/y/x/w/v.jpg',
  'z/y/x.jpg',
];
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'walk-'));
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  symlinkSync('a', join(root, 'b/link'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function told(range?: KeyRange): string[] {
  const keys: string[] = [];
  walkFolder(
    root,
    '',
    statSync(root).dev,
    {
      file: (key) => keys.push(key),
      notRegular: (key) => keys.push(`${key} (no file)`),
      otherMount: (prefix) => keys.push(`${prefix} (mount)`),
      unverifiable: () => undefined,
      unlistable: (prefix) => keys.push(`${prefix} (unlistable)`),
    },
    { range },
  );
  return keys;
}

test('a walk tells everything once, in byte order of the paths', () => {
  const keys = told();
  expect(keys).toHaveLength(paths.length + 1);
  expect(keys).toEqual(keys.toSorted());
});

test.each(['a-folder/', 'b-/', 'b/', 'b/c/', 'b/c/d/', 'c/', 'z/', 'z/y/x/', 'gone/', 'zz/', '\xc3\xa9/'])(
  'two parts that meet at %j tell together what one walk tells',
  (bound) => {
    const [before, after] = [told({ from: '', to: bound }), told({ from: bound, to: '' })];
    expect([...before, ...after]).toEqual(told());
    expect(before.every((key) => key < bound) && after.every((key) => key >= bound)).toBe(true);
  },
);

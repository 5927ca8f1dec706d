import { expect, test } from 'vitest';
import { type LocalSource, waiting } from './source-words.ts';

const aSource = { on_disk: 20, catalogued: 15, excluded: 2, exceptions: 1, held_deletions: 0 } as LocalSource;

test('what is neither catalogued, excluded nor an exception waits', () => expect(waiting(aSource)).toBe(2));
test('a held deletion is not on disk, so nothing waits for it', () =>
  expect(waiting({ ...aSource, held_deletions: 70 })).toBe(2));

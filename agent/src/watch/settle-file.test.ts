import { describe, expect, test } from 'vitest';
import { lookAgain, settleWaitMs } from './settle-file.ts';

const stat = (ctimeMs: number, size = 1) => ({ dev: 1, ino: 1, size, mtimeMs: 0, ctimeMs });

describe('a file settles', () => {
  test.each([
    { name: 'at once when its ctime is old enough', ctime: 1000, since: 5000, now: 5000, want: 0 },
    { name: 'after the rest of the time when it is young', ctime: 4700, since: 5000, now: 5000, want: 700 },
    { name: 'by observation when its ctime is in the future', ctime: 99_000, since: 5000, now: 5400, want: 600 },
    { name: 'by observation in the end, whatever its ctime', ctime: 99_000, since: 5000, now: 6000, want: 0 },
  ])('$name', ({ ctime, since, now, want }) => {
    expect(settleWaitMs({ stat: stat(ctime), sinceMs: since }, now, 1000)).toBe(want);
  });

  test('anew with every change', () => {
    const watched = { stat: stat(99_000), sinceMs: 1000 };
    expect(lookAgain(watched, stat(99_000), 1500)).toBe(watched);
    expect(lookAgain(watched, stat(99_000, 2), 1500)).toEqual({ stat: stat(99_000, 2), sinceMs: 1500 });
  });
});

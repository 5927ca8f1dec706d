import { expect, test } from 'vitest';
import { describeProgress, openProgress } from './progress.ts';

test('a line says how far it is and how long it takes', () => {
  expect(describeProgress({ found: 1000, described: 400, sent: 300, waiting: 100 }, 10)).toBe(
    '1000 files found, 400 described (40/s, about 15 s left), 300 sent, 100 waiting',
  );
});

test('a scan that has nothing to describe leaves what is sent', () => {
  expect(describeProgress({ found: 0, described: 0, sent: 24, waiting: 0 }, 10)).toBe('24 sent, 0 waiting');
});

test.each([
  { isInteractive: false, want: 2, why: 'every five seconds and at the end, elsewhere' },
  { isInteractive: true, want: 7, why: 'as often as it changes, on a terminal, and a last newline' },
])('writes $why', ({ isInteractive, want }) => {
  const notes: string[] = [];
  let now = 0;
  const progress = openProgress(
    { out: () => undefined, note: (text) => void notes.push(text), isInteractive },
    () => now,
  );
  for (let i = 0; i < 6; i += 1) {
    progress.update({ found: i, described: i, sent: 0, waiting: 0 });
    now += 900;
  }
  progress.end();
  expect(notes).toHaveLength(want);
});

test('on a terminal the line begins with a bar, elsewhere it never does', () => {
  for (const isInteractive of [true, false]) {
    const notes: string[] = [];
    const progress = openProgress(
      { out: () => undefined, note: (text) => void notes.push(text), isInteractive },
      () => 0,
    );
    progress.update({ found: 200, described: 50, sent: 0, waiting: 50 });
    expect(notes.join('').includes(`${'█'.repeat(5)}${'░'.repeat(15)}  25 %`)).toBe(isInteractive);
    expect(notes.join('')).toContain('200 files found, 50 described');
  }
});

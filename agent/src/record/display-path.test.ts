import { expect, test } from 'vitest';
import { displayPath } from './display-path.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each([
  { path: bytes('a/b c.jpg'), shown: 'a/b c.jpg' },
  { path: bytes('照片/é.jpg'), shown: '照片/é.jpg' },
  { path: bytes('a\nb\x1b[31m.jpg'), shown: 'a\\x0ab\\x1b[31m.jpg' },
  { path: bytes('inv\u202egpj.exe'), shown: 'inv\\xe2\\x80\\xaegpj.exe' },
  { path: Uint8Array.from([0x61, 0xff, 0x2f, 0x62]), shown: 'a\\xff/b' },
])('$shown', ({ path, shown }) => {
  expect(displayPath(path)).toBe(shown);
});

test('a long path is cut in the middle and keeps its end', () => {
  const shown = displayPath(bytes(`${'d/'.repeat(800)}photo.jpg`));
  expect(bytes(shown).length).toBeLessThanOrEqual(1024);
  expect(shown.endsWith('photo.jpg')).toBe(true);
});

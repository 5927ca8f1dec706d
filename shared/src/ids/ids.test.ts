import { expect, test } from 'vitest';
import { DatasetId, idRandomBytes, makeId, ReferenceId, utf8Bytes } from './ids.ts';

test('an id is its prefix and 20 characters, short enough for the Python client’s tables', () => {
  const id = makeId(
    'dataset',
    Uint8Array.from({ length: idRandomBytes }, (_, i) => (i * 37) % 252),
  );
  expect(DatasetId.parse(id)).toBe(id);
  expect(id.length).toBe(23);
});

test('bytes that would make some characters likelier are skipped', () => {
  const unusable = new Uint8Array(idRandomBytes).fill(255);
  expect(() => makeId('item', unusable)).toThrow(RangeError);
});

test.each(['', 'a\0b', '\ud800', 'x'.repeat(1025), 'é'.repeat(513)])('%j is no reference id', (text) => {
  expect(ReferenceId.safeParse(text).success).toBe(false);
});

test.each(['a/b c.jpg', 'é'.repeat(512), '照片.png', '😀'.repeat(256)])('%j is a reference id', (text) => {
  expect(ReferenceId.parse(text)).toBe(text);
  expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
});

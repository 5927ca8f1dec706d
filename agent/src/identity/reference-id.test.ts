import { createHmac } from 'node:crypto';
import { ReferenceId } from '@nucleus/shared/ids/ids';
import { describe, expect, test } from 'vitest';
import { freeReference, type NamesMac, relativePathReference } from './reference-id.ts';

const mac: NamesMac = (...parts) => {
  const hmac = createHmac('sha256', 'names key of the test');
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const free = () => false;

describe('reference ids of paths', () => {
  test.each([
    { path: bytes('a/b c.jpg'), id: 'a/b c.jpg' },
    { path: bytes('照片/e\u0301.jpg'), id: '照片/e\u0301.jpg' },
    { path: bytes('~home.jpg'), id: '~b/%7Ehome.jpg' },
    { path: bytes('new\nline.jpg'), id: '~b/new%0Aline.jpg' },
    { path: Uint8Array.from([0x61, 0xff, 0x2e]), id: '~b/a%FF.' },
  ])('$id', ({ path, id }) => {
    expect(relativePathReference(path, mac)).toBe(id);
    expect(ReferenceId.parse(id)).toBe(id);
  });

  test('a path over 900 bytes, or one whose encoding is, becomes an HMAC', () => {
    expect(relativePathReference(bytes('d/'.repeat(500)), mac)).toMatch(/^~l\/[0-9a-f]{32}$/);
    expect(relativePathReference(new Uint8Array(400).fill(0xff), mac)).toMatch(/^~l\/[0-9a-f]{32}$/);
  });

  test('500 nasty names have 500 ids', () => {
    const names = Array.from({ length: 500 }, (_, i) => Uint8Array.from([i % 256, 0x41 + (i % 7), 0x80 + (i % 128), (i >> 4) % 256, 0x2e]));
    const distinct = new Set(names.map((name) => Buffer.from(name).toString('hex')));
    expect(new Set(names.map((name) => relativePathReference(name, mac))).size).toBe(distinct.size);
  });

  test('composed and decomposed spellings stay two items', () => {
    expect(relativePathReference(bytes('\u00e9'), mac)).not.toBe(relativePathReference(bytes('e\u0301'), mac));
  });

  test('a taken id counts on', () => {
    const taken = new Set(['a.jpg', 'a.jpg~2']);
    expect(freeReference('relative-path', 'main', bytes('a.jpg'), mac, (id) => taken.has(id))).toBe('a.jpg~3');
  });

  test('a pseudonym depends on source and path, says nothing of them, and counts on', () => {
    const first = freeReference('pseudonym', 'main', bytes('a.jpg'), mac, free);
    expect(first).toMatch(/^p_[0-9a-f]{32}$/);
    expect(freeReference('pseudonym', 'other', bytes('a.jpg'), mac, free)).not.toBe(first);
    expect(freeReference('pseudonym', 'main', bytes('a.jpg'), mac, (id) => id === first)).not.toBe(first);
    expect(freeReference('pseudonym', 'main', bytes('a.jpg'), mac, free)).toBe(first);
  });
});

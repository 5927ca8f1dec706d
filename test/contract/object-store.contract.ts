/** What every object store promises; each backend runs it over its own, fresh place. */
import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../cloud-api/src/objects/object-store.ts';

async function* inPieces(bytes: Uint8Array, size = 70_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* breaking(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  throw new Error('the sender went away');
}

export function describeObjectStore(
  title: string,
  openStore: () => Promise<{ store: ObjectStore; close: () => Promise<void> }>,
): void {
  describe(title, () => {
    let store: ObjectStore;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ store, close } = await openStore());
    });
    afterAll(() => close());
    const keys = async (prefix: string) => {
      const found: string[] = [];
      for await (const key of store.list(prefix)) found.push(key);
      return found;
    };

    test.each([0, 1, 65_536, 1_000_003])('%i bytes come back as they were put', async (size) => {
      const bytes = randomBytes(size);
      expect(await store.put(`t/size-${size}`, inPieces(bytes))).toBe(size);
      expect(await store.stat(`t/size-${size}`)).toEqual({ bytes: size });
      expect((await buffer(await store.get(`t/size-${size}`))).equals(bytes)).toBe(true);
    });

    test('a part of an object is exactly the bytes from and to, both inclusive', async () => {
      const bytes = randomBytes(300_000);
      await store.put('t/ranged', inPieces(bytes));
      for (const [from, to] of [
        [0, 0],
        [299_999, 299_999],
        [65_535, 65_536],
        [7, 280_000],
      ] as const) {
        expect((await buffer(await store.get('t/ranged', { from, to }))).equals(bytes.subarray(from, to + 1))).toBe(
          true,
        );
      }
    });

    test('what is broken off half way is not there, and what was there before stays', async () => {
      await expect(store.put('t/broken', breaking(randomBytes(10)))).rejects.toThrow('went away');
      expect(await store.stat('t/broken')).toBeUndefined();
      await store.put('t/kept', inPieces(Buffer.from('whole')));
      await expect(store.put('t/kept', breaking(randomBytes(10)))).rejects.toThrow('went away');
      expect((await buffer(await store.get('t/kept'))).toString()).toBe('whole');
      expect(await keys('t/broken')).toEqual([]);
    });

    test('readers see one content or the other while one key is written many times', async () => {
      const contents = Array.from({ length: 12 }, () => randomBytes(150_000));
      const sums = new Set(contents.map((bytes) => createHash('sha256').update(bytes).digest('hex')));
      await store.put('t/raced', inPieces(contents[0] as Buffer));
      const writes = Promise.all(contents.map((bytes) => store.put('t/raced', inPieces(bytes))));
      const reads = await Promise.all(Array.from({ length: 20 }, async () => buffer(await store.get('t/raced'))));
      await writes;
      for (const read of reads) expect(sums).toContain(createHash('sha256').update(read).digest('hex'));
    });

    test('a missing object has no stat, cannot be read, and can be removed', async () => {
      expect(await store.stat('t/none')).toBeUndefined();
      await expect(store.get('t/none')).rejects.toMatchObject({ code: 'not-found' });
      await store.remove('t/none');
      await store.put('t/gone', inPieces(Buffer.from('x')));
      await store.remove('t/gone');
      expect(await store.stat('t/gone')).toBeUndefined();
    });

    test('keys are listed in order and by prefix', async () => {
      for (const key of ['list/b', 'list/a/2', 'list/a/1', 'list/a0', 'listed'])
        await store.put(key, inPieces(Buffer.from(key)));
      expect(await keys('list/')).toEqual(['list/a/1', 'list/a/2', 'list/a0', 'list/b']);
      expect(await keys('list/a')).toEqual(['list/a/1', 'list/a/2', 'list/a0']);
      expect(await keys('none')).toEqual([]);
    });

    test.each([
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '../a',
      'a/../b',
      'a/.b',
      '.a',
      'A',
      'a\0',
      'a\\b',
      'a b',
      'é',
      'a'.repeat(513),
    ])('the key %j is refused', async (key) => {
      await expect(store.put(key, inPieces(Buffer.from('x')))).rejects.toBeInstanceOf(RangeError);
      await expect(store.get(key)).rejects.toBeInstanceOf(RangeError);
      await expect(store.stat(key)).rejects.toBeInstanceOf(RangeError);
      await expect(store.remove(key)).rejects.toBeInstanceOf(RangeError);
    });
  });
}

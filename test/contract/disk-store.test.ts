import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDiskStore } from '../../cloud-api/src/objects/disk-store.ts';
import { describeObjectStore } from './object-store.contract.ts';

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

describeObjectStore('objects on disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'objects-'));
  return { store: await openDiskStore(folder), close: () => rm(folder, { recursive: true, force: true }) };
});

test('files and folders of objects are their owner’s alone, and what a kill left over goes a day later', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'objects-'));
  try {
    const store = await openDiskStore(folder);
    await store.put('ten_a/ab/cdef', bytes('x'));
    const mode = async (path: string) => (await stat(join(folder, path))).mode & 0o777;
    expect([await mode('ten_a'), await mode('ten_a/ab'), await mode('ten_a/ab/cdef')]).toEqual([0o700, 0o700, 0o600]);
    const [old, fresh] = [join(folder, '.incoming', 'old'), join(folder, '.incoming', 'fresh')];
    for (const path of [old, fresh]) await writeFile(path, 'half');
    await utimes(old, new Date(), new Date(Date.now() - 25 * 3_600_000));
    await openDiskStore(folder);
    expect(await readdir(join(folder, '.incoming'))).toEqual(['fresh']);
    expect(await store.stat('ten_a/ab/cdef')).toEqual({ bytes: 1 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Objects as files below one folder, readable by their owner alone. */
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { assertObjectKey, type ObjectStore, objectNotFound } from './object-store.ts';
import { openIncoming } from './open-incoming.ts';

const readBytes = 256 * 1024;

/** Opens a folder as an object store. What a kill left half-written stands below `.incoming` and is removed here a day later. */
export async function openDiskStore(folder: string): Promise<ObjectStore> {
  const incoming = join(folder, '.incoming');
  await openIncoming(incoming);
  const pathOf = (key: string): string => {
    assertObjectKey(key);
    return join(folder, key);
  };
  return {
    async put(key, content) {
      const path = pathOf(key);
      const part = join(incoming, randomBytes(16).toString('hex'));
      try {
        const sink = createWriteStream(part, { mode: 0o600, flags: 'wx', flush: true });
        await pipeline(content, sink);
        await makeFolders(folder, dirname(path));
        await rename(part, path);
        await syncFolder(dirname(path));
        return sink.bytesWritten;
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
    async get(key, range) {
      const file = await open(pathOf(key), 'r').catch((error: unknown) => {
        throw isMissing(error) ? objectNotFound() : error;
      });
      const span = range === undefined ? {} : { start: range.from, end: range.to };
      return file.createReadStream({ highWaterMark: readBytes, ...span });
    },
    async stat(key) {
      const found = await stat(pathOf(key)).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      return found?.isFile() === true ? { bytes: found.size } : undefined;
    },
    async remove(key) {
      await rm(pathOf(key), { force: true });
    },
    list: (prefix) => listBelow(folder, '', prefix),
  };
}

/** A stream over a file of this machine, as {@link ObjectStore.put} takes it. */
export function readFileStream(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: readBytes });
}

/** Folders are made one by one and synced in their parents, so that a name survives as surely as its bytes. */
async function makeFolders(root: string, folder: string): Promise<void> {
  if (folder === root) return;
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT') throw error;
    await makeFolders(root, dirname(folder));
    await mkdir(folder, { mode: 0o700 }).catch((again: unknown) => {
      if (codeOf(again) !== 'EEXIST') throw again;
    });
  }
  await syncFolder(dirname(folder));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* listBelow(folder: string, above: string, prefix: string): AsyncGenerator<string> {
  const entries = await readdir(join(folder, above), { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  // `a/` sorts before `a0`: as keys are compared, not as names are.
  const named = entries
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => ({ entry, key: `${above}${entry.name}${entry.isDirectory() ? '/' : ''}` }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  for (const { entry, key } of named) {
    if (entry.isFile() && key.startsWith(prefix)) yield key;
    if (entry.isDirectory() && (key.startsWith(prefix) || prefix.startsWith(key)))
      yield* listBelow(folder, key, prefix);
  }
}

function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, opendir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from './reply.ts';

/**
 * Previews on disk, at most `maxBytes` of them; the longest unused go first. A file starts with the first 16 bytes of its body's
 * SHA-256, so one that a power cut left half written is made again. A full disk costs speed only: writing is given up, not serving.
 */
export interface PreviewDisk {
  read(key: string): Promise<Buffer | undefined>;
  write(key: string, bytes: Buffer): Promise<void>;
  /** Bytes held, file heads included. */
  bytes(): number;
}

const sumBytes = 16;
/** The time of use that orders eviction after a restart is written at most this often. */
const touchEveryMs = 3_600_000;
const keyPattern = /^[0-9a-f]{32}-\d+-\d+\.(webp|jpeg)$/;

/** Opens the cache folder, making it when missing, and evicts down to `maxBytes`. */
export async function openPreviewDisk(folder: string, maxBytes: number, log: Log): Promise<PreviewDisk> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const held = new Map<string, { bytes: number; touchedMs: number }>();
  let total = 0;

  const pathOf = (key: string): string => join(folder, key.slice(0, 2), key);
  const forget = async (key: string): Promise<void> => {
    total -= held.get(key)?.bytes ?? 0;
    held.delete(key);
    await rm(pathOf(key), { force: true }).catch(() => undefined);
  };
  const evict = async (): Promise<void> => {
    for (const key of held.keys()) {
      if (total <= maxBytes) return;
      await forget(key);
    }
  };

  const found = await listFiles(folder);
  for (const file of found.toSorted((a, b) => a.touchedMs - b.touchedMs)) {
    if (!keyPattern.test(file.name)) {
      await rm(file.path, { force: true });
      continue;
    }
    held.set(file.name, { bytes: file.bytes, touchedMs: file.touchedMs });
    total += file.bytes;
  }
  await evict();

  return {
    bytes: () => total,
    async read(key) {
      const entry = held.get(key);
      if (!entry) return undefined;
      const raw = await readFile(pathOf(key)).catch(() => undefined);
      const body = raw?.subarray(sumBytes);
      if (!raw || !body || body.length === 0 || !sumOf(body).equals(raw.subarray(0, sumBytes))) {
        await forget(key);
        return undefined;
      }
      held.delete(key);
      held.set(key, entry);
      const now = Date.now();
      if (now - entry.touchedMs > touchEveryMs) {
        entry.touchedMs = now;
        await utimes(pathOf(key), now / 1000, now / 1000).catch(() => undefined);
      }
      return body;
    },
    async write(key, bytes) {
      const size = bytes.length + sumBytes;
      if (size > maxBytes) return;
      const path = pathOf(key);
      const part = `${path}.${randomBytes(6).toString('hex')}.part`;
      try {
        await mkdir(join(folder, key.slice(0, 2)), { recursive: true, mode: 0o700 });
        await writeFile(part, Buffer.concat([sumOf(bytes), bytes]), { mode: 0o600, flag: 'wx' });
        await rename(part, path);
      } catch (error) {
        await rm(part, { force: true }).catch(() => undefined);
        log.warn({ err: error }, 'preview not cached');
        return;
      }
      total += size - (held.get(key)?.bytes ?? 0);
      held.delete(key);
      held.set(key, { bytes: size, touchedMs: Date.now() });
      await evict();
    },
  };
}

function sumOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, sumBytes);
}

async function listFiles(folder: string): Promise<{ name: string; path: string; bytes: number; touchedMs: number }[]> {
  const files = [];
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const seen = await stat(path).catch(() => undefined);
    if (seen) files.push({ name: entry.name, path, bytes: seen.size, touchedMs: seen.mtimeMs });
  }
  return files;
}

import type { Stats } from 'node:fs';

/** What of a file's status decides whether it is still the same bytes. Times are the exact doubles that `stat` returned. */
export interface FileStat {
  dev: number;
  ino: number;
  size: number;
  mtimeMs: number;
  ctimeMs: number;
}

export function fileStat(stat: Stats): FileStat {
  // overlay file systems use all 64 bits; SQLite's integers are signed
  const ino = stat.ino < 2 ** 63 ? stat.ino : stat.ino - 2 ** 64;
  return { dev: stat.dev, ino, size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs };
}

/** Whether nothing about the file moved; ctime catches a replacement that kept size and mtime. */
export function sameStat(a: FileStat, b: FileStat): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.dev === b.dev;
}

/** A path as bytes, spelled one character a byte, so that comparing strings compares bytes. */
export function pathKey(path: Uint8Array): string {
  return Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString('latin1');
}

/** The bytes of a {@link pathKey}. */
export function pathBytes(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}

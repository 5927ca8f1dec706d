import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { DistantFile } from '../source/distant-files.ts';
import { type FileStat, sameStat } from '../source/file-stat.ts';
import type { ServableFile } from '../state/lookups.ts';
import type { Span } from './send-descriptor.ts';

const chunkBytes = 1024 * 1024;

/** Whether a file of a distant file system is, to the last digit of its times, the one that was catalogued. */
export function isCataloguedAt(stat: FileStat, file: ServableFile): boolean {
  const { dev, ino, byteSize: size, mtimeMs, ctimeMs } = file;
  return sameStat(stat, { dev, ino, size, mtimeMs, ctimeMs });
}

/**
 * Writes a span of an open file, with its head before the first byte: nothing has been said when the first reading fails. As with files
 * of this machine, a chunk is sent only if the file was still the catalogued one after it was read.
 * @returns `stale` when nothing was sent because it is another one; `changed` and `cut` when the connection ended, the first because it is
 * another one now.
 * @throws AppError before anything was sent.
 */
export async function sendDistant(
  res: ServerResponse,
  open: DistantFile,
  span: Span,
  file: ServableFile,
  begin: () => void,
): Promise<'sent' | 'stale' | 'changed' | 'cut'> {
  for (let at = span.from; at <= span.to; at += chunkBytes) {
    const wanted = Math.min(chunkBytes, span.to - at + 1);
    const isFirst = at === span.from;
    const read = await open.read(at, wanted).catch((error: unknown) => {
      if (isFirst) throw error;
      return undefined;
    });
    const isOther = read && (read.bytes.length < wanted || !isCataloguedAt(read.stat, file));
    if (isOther && isFirst) return 'stale';
    if (isOther || !read) {
      res.destroy();
      return isOther ? 'changed' : 'cut';
    }
    if (res.destroyed) return 'cut';
    if (isFirst) begin();
    if (!res.write(read.bytes)) await Promise.race([once(res, 'drain'), once(res, 'close')]).catch(() => undefined);
  }
  if (res.destroyed) return 'cut';
  if (span.to < span.from) begin();
  res.end();
  return 'sent';
}

import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { AppError } from '@nucleus/shared/failure/app-error';

/** A file system that does not answer within this time is taken as hanging. */
const lookLimitMs = 10_000;

/**
 * The status of what is at a path, without following links, undefined when nothing is. Never on the event loop: a mount whose server is
 * gone answers to nobody, and everything else has to go on.
 * @throws AppError `source-suspended` when there is no answer in time, else the error of the file system.
 */
export async function lookAt(path: string | Buffer, limitMs = lookLimitMs): Promise<Stats | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('source-suspended', 'The folder does not answer.')), limitMs);
  });
  try {
    return await Promise.race([lstat(path), late]);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

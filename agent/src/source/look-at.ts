import type { Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import { pathKey } from './file-stat.ts';
import { nameOf } from './walk-folder.ts';

/** A file system that does not answer within this time is taken as hanging. */
const lookLimitMs = 10_000;

/**
 * The status of what is at a path, without following links unless told to, undefined when nothing is. Never on the event loop: a mount
 * whose server is gone answers to nobody, and everything else has to go on.
 * @throws AppError `source-suspended` when there is no answer in time, else the error of the file system.
 */
export function lookAt(path: string | Buffer, followLinks = false, limitMs = lookLimitMs): Promise<Stats | undefined> {
  return inTime(followLinks ? stat(path) : lstat(path), limitMs);
}

/** Whether a path below a root leads to another place, by a link on its way. Throws as {@link lookAt}. */
export async function leadsElsewhere(root: string, key: string): Promise<boolean> {
  const base = await inTime(realpath(root, 'buffer'), lookLimitMs);
  const real = await inTime(realpath(nameOf(root, key), 'buffer'), lookLimitMs);
  return base === undefined || real === undefined || pathKey(real) !== `${pathKey(base).replace(/\/$/, '')}/${key}`;
}

/** A folder that gives no answer for so long, when a command asks for it, hangs. */
const answerLimitMs = 5000;

/** What is at a path, links followed; undefined when nothing is or it may not be looked at. */
export async function statInTime(path: string): Promise<Stats | undefined | 'hangs'> {
  try {
    return await inTime(stat(path), answerLimitMs);
  } catch (error) {
    return error instanceof AppError ? 'hangs' : undefined;
  }
}

async function inTime<Result>(work: Promise<Result>, limitMs: number): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('source-suspended', 'The folder does not answer.')), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

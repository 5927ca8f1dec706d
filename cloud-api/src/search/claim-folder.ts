/** A folder for the projections of one process, so that several may share a data folder without throwing each other's files away. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import Sqlite from 'better-sqlite3';

/** Processes on one data folder. */
const mostProcesses = 64;

export interface ClaimedFolder {
  path: string;
  release: () => void;
}

/**
 * The first folder `base/0`, `base/1` … that no living process has. One that restarts finds its own again, or that of another which is gone;
 * either is brought up to date. The claim is a lock on a file, which the system frees however the process ends.
 * @throws AppError `state-unreadable` when no folder is left or one cannot be written
 */
export function claimFolder(base: string): ClaimedFolder {
  for (let place = 0; place < mostProcesses; place++) {
    const path = join(base, String(place));
    const lock = lockFolder(path);
    if (lock !== undefined) return { path, release: () => lock.close() };
  }
  throw new AppError(
    'state-unreadable',
    `More than ${mostProcesses} processes share the data folder: give each its own.`,
  );
}

function lockFolder(path: string): Sqlite.Database | undefined {
  let lock: Sqlite.Database | undefined;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    lock = new Sqlite(join(path, 'lock'), { timeout: 0 });
    lock.exec('begin exclusive');
    return lock;
  } catch (cause) {
    lock?.close();
    if (cause instanceof Sqlite.SqliteError && cause.code === 'SQLITE_BUSY') return undefined;
    throw new AppError('state-unreadable', `The folder ${path} cannot be made or written.`, { cause });
  }
}

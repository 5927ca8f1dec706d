import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import Database from 'better-sqlite3';

/**
 * Takes the data directory for this process, making it when it is not there. The lock is one of the file system, held through SQLite, so a
 * killed process leaves none behind.
 * @returns a function that gives it back.
 * @throws AppError `state-locked` when another agent has it, `state-unreadable` when the folder cannot be used.
 */
export function lockData(dataDir: string): () => void {
  const file = join(dataDir, 'lock');
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    chmodSync(dataDir, 0o700);
    const lock = new Database(file, { timeout: 0 });
    chmodSync(file, 0o600);
    lock.pragma('journal_mode = memory');
    lock.exec('begin exclusive');
    return () => void lock.close();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
    if (code.startsWith('SQLITE_BUSY')) {
      throw new AppError(
        'state-locked',
        `Another agent is running on the data directory ${dataDir}; stop it, or name another one with --data.`,
        { cause },
      );
    }
    throw new AppError('state-unreadable', `The data directory ${dataDir} cannot be written: ${code}.`, { cause });
  }
}

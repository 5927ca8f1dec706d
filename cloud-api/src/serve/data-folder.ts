import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';

/**
 * Makes DIR/cloud, readable by its owner alone, and answers its path.
 * @throws AppError `state-unreadable`
 */
export function openDataFolder(data: string): string {
  const folder = join(resolve(data), 'cloud');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  } catch (cause) {
    throw new AppError('state-unreadable', `The data folder ${folder} cannot be made or written.`, { cause });
  }
  return folder;
}

/** Keeps the key of the first start where only its owner can read it. */
export function keepFirstKey(folder: string, secret: string): string {
  const path = join(folder, 'first-key');
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return path;
}

import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';

/**
 * Makes DIR/cloud, readable by its owner alone, and answers its path.
 * @throws AppError `state-unreadable`
 */
export function openDataFolder(data: string): string {
  const folder = join(resolve(data), 'cloud');
  try {
    makeFolders(folder);
    chmodSync(folder, 0o700);
  } catch (cause) {
    throw new AppError('state-unreadable', `The data folder ${folder} cannot be made or written.`, { cause });
  }
  return folder;
}

/** Made one by one: Node's own `recursive` never returns below folders that refuse with ENOENT, as those of /proc do. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/** Keeps the key of the first start where only its owner can read it. */
export function keepFirstKey(folder: string, secret: string): string {
  const path = join(folder, 'first-key');
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return path;
}

import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/**
 * The secret behind expiring links, made at the first start. Without it links of an earlier start would open nothing.
 * @throws AppError `state-unreadable`
 */
export function openLinkSecret(folder: string): Uint8Array {
  const path = join(folder, 'link-secret');
  try {
    if (!existsSync(path)) writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx', flush: true });
    const secret = readFileSync(path);
    if (secret.length >= 32) return secret;
  } catch (cause) {
    throw new AppError('state-unreadable', `The file ${path} cannot be made or read.`, { cause });
  }
  throw new AppError('state-unreadable', `The file ${path} is damaged: remove it, and links made until now end.`);
}

/** Keeps the key of the first start where only its owner can read it. */
export function keepFirstKey(folder: string, secret: string): string {
  const path = join(folder, 'first-key');
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return path;
}

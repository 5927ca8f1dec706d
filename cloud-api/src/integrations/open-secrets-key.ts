import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';

const keyBytes = 32;

/**
 * The key that seals customers' credentials: the one that is given, else `secrets.key` of the data folder, made at first use and
 * readable by its owner alone. Processes that share the folder have the same.
 * @throws AppError `state-unreadable`, `config-invalid`
 */
export function openSecretsKey(folder: string, given: string | undefined): Uint8Array {
  if (given !== undefined) return readKey(given, 'NUCLEUS_CLOUD_SECRETS_KEY');
  const path = join(folder, 'secrets.key');
  const made = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(made, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    try {
      // Whoever starts first makes it; a link never replaces what is there.
      linkSync(made, path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    } finally {
      rmSync(made);
    }
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return readKey(readFileSync(path, 'utf8').trim(), path);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('state-unreadable', `The key file ${path} cannot be made or read.`, { cause });
  }
}

function readKey(text: string, where: string): Uint8Array {
  const key = Buffer.from(text, 'base64');
  if (key.length === keyBytes && /^[A-Za-z0-9+/]{43}=?$/.test(text)) return key;
  throw new AppError('config-invalid', `${where} must be 32 bytes in base64 (openssl rand -base64 32).`);
}

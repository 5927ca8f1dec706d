import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';

/** The agent's key from an earlier start, if there is one. @throws AppError `state-unreadable` */
export function findAgentKey(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (cause) {
    throw new AppError('state-unreadable', `The agent’s key ${path} cannot be read.`, { cause });
  }
}

/** Keeps the agent's key for the next start, readable by its owner alone. */
export function keepAgentKey(path: string, secret: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
}

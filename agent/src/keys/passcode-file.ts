import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSecret, writeSecret } from './open-keys.ts';

const fileOf = (dataDir: string): string => join(dataDir, 'keys', 'passcode');

/** The hash of the viewer passcode; undefined when none is set. @throws AppError `state-unreadable` when others can read it. */
export function readPasscodeHash(dataDir: string): string | undefined {
  return readSecret(fileOf(dataDir))?.toString('utf8').trim();
}

/** Keeps the hash, mode 0600, whole or not at all; undefined removes it. The folder of the keys has to be there. */
export function writePasscodeHash(dataDir: string, hash: string | undefined): void {
  if (hash === undefined) rmSync(fileOf(dataDir), { force: true });
  else writeSecret(fileOf(dataDir), Buffer.from(`${hash}\n`));
}

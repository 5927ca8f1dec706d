import { lstatSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from './walk-folder.ts';

/** What a root was when it was last verified. */
export interface RootIdentity {
  dev: number;
  ino: number;
  fsType: number;
  /** When the folder was made; 0 where the file system does not keep that. Device numbers are given out again, this is not. */
  birthMs: number;
}

export type RootFailure = 'root-missing' | 'root-empty' | 'root-swapped' | 'root-unreadable';
export type RootVerdict = { kind: 'verified'; identity: RootIdentity } | { kind: 'suspended'; reason: RootFailure };

/** A catalogued file drawn at random, to recognise a root by. */
export interface SampleFile {
  key: string;
  size: number;
  mtimeMs: number;
}

/** At least this share of the sample must be there unchanged on a root whose device or inode changed. */
const leastShare = 0.5;

/**
 * Whether a folder is still the one that was catalogued. A marker file, when configured, decides alone; else an unchanged
 * device and inode do; else (reboot, remount) a sample of the catalogued files.
 * @param sample up to 64 random catalogued files; empty when nothing is catalogued.
 */
export function verifyRoot(
  root: string,
  known: RootIdentity | undefined,
  sample: readonly SampleFile[],
  marker?: string,
): RootVerdict {
  const suspended = (reason: RootFailure): RootVerdict => ({ kind: 'suspended', reason });
  let identity: RootIdentity;
  let isEmpty: boolean;
  try {
    const stat = statSync(root);
    if (!stat.isDirectory()) return suspended('root-missing');
    identity = { dev: stat.dev, ino: stat.ino, fsType: statfsSync(root).type, birthMs: stat.birthtimeMs };
    isEmpty = readdirSync(root).length === 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return suspended(code === 'ENOENT' || code === 'ENOTDIR' ? 'root-missing' : 'root-unreadable');
  }
  if (marker !== undefined) {
    const isThere = lstatSync(join(root, marker), { throwIfNoEntry: false }) !== undefined;
    return isThere ? { kind: 'verified', identity } : suspended(isEmpty ? 'root-empty' : 'root-swapped');
  }
  const isSame =
    known === undefined ||
    (known.dev === identity.dev &&
      known.ino === identity.ino &&
      known.fsType === identity.fsType &&
      (known.birthMs === 0 || identity.birthMs === 0 || known.birthMs === identity.birthMs));
  if (isSame || sample.length === 0) return { kind: 'verified', identity };
  if (isEmpty) return suspended('root-empty');
  const found = sample.filter((file) => isUnchanged(root, file)).length;
  return found >= sample.length * leastShare ? { kind: 'verified', identity } : suspended('root-swapped');
}

function isUnchanged(root: string, file: SampleFile): boolean {
  try {
    const stat = lstatSync(nameOf(root, file.key), { throwIfNoEntry: false });
    return stat?.size === file.size && stat.mtimeMs === file.mtimeMs;
  } catch {
    return false;
  }
}

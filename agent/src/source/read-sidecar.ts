import { closeSync, readSync } from 'node:fs';
import { maxSidecarBytes, parseSidecar, type Sidecar } from '../record/sidecar.ts';
import { pathBytes } from './file-stat.ts';
import { openFollowing } from './follow-link.ts';
import { openSafely } from './open-safely.ts';

/** What a sidecar file below a root says; one that cannot be read says so. */
export function readSidecarFile(root: string, key: string, followLinks: boolean): Sidecar {
  let fd: number;
  try {
    fd = (followLinks ? openFollowing : openSafely)(root, pathBytes(key)).fd;
  } catch {
    return { fields: {}, fault: 'unreadable' };
  }
  try {
    const bytes = Buffer.alloc(maxSidecarBytes + 1);
    let got = 0;
    for (let read = -1; read !== 0 && got < bytes.length; got += read) {
      read = readSync(fd, bytes, got, bytes.length - got, got);
    }
    return parseSidecar(bytes.subarray(0, got));
  } catch {
    return { fields: {}, fault: 'unreadable' };
  } finally {
    closeSync(fd);
  }
}

import { createHmac } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import type { ExceptionCode } from '../record/exceptions.ts';
import { fileStat, sameStat } from '../source/file-stat.ts';
import { openFollowing } from '../source/follow-link.ts';
import { OpenRefusal, openSafely } from '../source/open-safely.ts';
import type { ExtractLimits, FileRequest } from './described.ts';

/** Files up to this size are read once into one buffer that is used again; larger ones are hashed in passing and decoded from the descriptor. */
const wholeBytes = 64 * 1024 * 1024;
const headBytes = 64 * 1024;

/** A file that is open and was, when opened, exactly what the scan had seen. */
export interface OpenFile {
  fd: number;
  size: number;
  /** Whether it still is. */
  isUnchanged: () => boolean;
}

type Failure = { kind: 'exception'; code: ExceptionCode; contentHash?: Uint8Array };

/** Opens a file below its root, hands it over when it is still what the scan saw, and closes it. */
export async function withOpenFile<Result>(
  request: FileRequest,
  limits: ExtractLimits,
  use: (open: OpenFile) => Promise<Result>,
): Promise<Result | Failure> {
  let fd: number;
  try {
    const opened = (request.followLinks ? openFollowing : openSafely)(request.root, request.path);
    fd = opened.fd;
    if (!sameStat(fileStat(opened.stat), request.expected)) {
      closeSync(fd);
      return { kind: 'exception', code: 'changed-while-reading' };
    }
  } catch (error) {
    const isOther = error instanceof OpenRefusal && ['gone', 'link', 'not-regular'].includes(error.reason);
    return { kind: 'exception', code: isOther ? 'changed-while-reading' : 'unreadable' };
  }
  try {
    const { size } = request.expected;
    if (size > limits.maxFileBytes) return { kind: 'exception', code: 'too-large' };
    return await use({ fd, size, isUnchanged: () => sameStat(fileStat(fstatSync(fd)), request.expected) });
  } finally {
    closeSync(fd);
  }
}

/** A name for what is open, whatever became of the one it was opened by. */
export function descriptorPath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

let buffer = Buffer.alloc(0);

/**
 * Reads a file to its end, hashing it when a key is given. `picture` is valid until the next call.
 * @returns the first bytes, for sniffing, and what a decoder can take.
 */
export function readFile(
  open: OpenFile,
  contentKey: Uint8Array | undefined,
): { kind: 'read'; contentHash: Uint8Array; head: Uint8Array; picture: Uint8Array | string } | Failure {
  if (open.size === 0) {
    const contentHash = contentKey && createHmac('sha256', contentKey).digest();
    return { kind: 'exception', code: 'empty', ...(contentHash && { contentHash }) };
  }
  const isWhole = open.size <= wholeBytes;
  const needed = isWhole ? open.size : wholeBytes;
  if (buffer.length < needed) buffer = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(needed)));
  const mac = contentKey && createHmac('sha256', contentKey);
  let head: Buffer | undefined;
  let done = 0;
  try {
    while (done < open.size) {
      const got = fill(open.fd, done, Math.min(needed, open.size - done));
      if (got === 0) return { kind: 'exception', code: 'changed-while-reading' };
      // a file that is read in parts overwrites its beginning
      head ??= isWhole ? buffer.subarray(0, got) : Buffer.from(buffer.subarray(0, headBytes));
      mac?.update(buffer.subarray(0, got));
      done += got;
      if (!contentKey && !isWhole) break;
    }
  } catch {
    return { kind: 'exception', code: 'unreadable' };
  }
  return {
    kind: 'read',
    contentHash: mac?.digest() ?? Buffer.alloc(0),
    head: head ?? Buffer.alloc(0),
    picture: isWhole ? buffer.subarray(0, open.size) : descriptorPath(open.fd),
  };
}

/** Fills the buffer from a place in the file. @returns bytes read: fewer than wanted only at the file's end. */
function fill(fd: number, position: number, wanted: number): number {
  let got = 0;
  while (got < wanted) {
    const read = readSync(fd, buffer, got, wanted - got, position + got);
    if (read === 0) break;
    got += read;
  }
  return got;
}

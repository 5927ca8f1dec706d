import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { ErrorCode } from '@nucleus/shared/failure/error-codes';

/** Why a file below a root was not opened. */
export type OpenRefusalReason =
  /** The path is empty, absolute, or holds NUL, an empty part, `.` or `..`. */
  | 'bad-path'
  /** Nothing is there, or a part of the way is no directory. */
  | 'gone'
  /** The leaf or a directory on the way is a symbolic link. */
  | 'link'
  /** A directory, FIFO, socket or device. */
  | 'not-regular'
  /** Another file system is mounted on the way; such a mount is a root of its own. */
  | 'other-device'
  | 'no-permission'
  | 'too-many-open'
  /** The root itself cannot be opened, or the storage answers with an error. */
  | 'root-unavailable';

const codes: Record<OpenRefusalReason, ErrorCode> = {
  'bad-path': 'not-found',
  'gone': 'stale',
  'link': 'stale',
  'not-regular': 'stale',
  'other-device': 'stale',
  'no-permission': 'stale',
  'too-many-open': 'overloaded',
  'root-unavailable': 'source-suspended',
};

/** A refusal to open; the message names no path, so that it may be answered and logged. */
export class OpenRefusal extends AppError {
  readonly reason: OpenRefusalReason;

  constructor(reason: OpenRefusalReason, cause?: unknown) {
    super(codes[reason], `The file cannot be opened (${reason}).`, { cause });
    this.name = 'OpenRefusal';
    this.reason = reason;
  }
}

/** An open regular file; the caller closes `fd`. */
export interface OpenFile {
  fd: number;
  stat: Stats;
}

/** Linux: opens a place without reading it, so that a directory needs only the right to be passed through. Node does not name it. */
const O_PATH = 0o10000000;
const rootFlags = O_PATH | constants.O_DIRECTORY;
const stepFlags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** O_NONBLOCK: opening a FIFO nobody writes to must not hang; it is refused after fstat. O_NOCTTY: nor may a terminal attach. */
const leafFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

const slash = 0x2f;
const dot = 0x2e;

/**
 * Opens a regular file below a root without following any link: each part is opened relative to the descriptor of the one before
 * (`/proc/self/fd/<descriptor>/<part>`), so a directory swapped for a link between two steps is refused rather than followed.
 * Calls are synchronous (measured faster than their asynchronous forms). No directory descriptor is kept: a kept one would hold a
 * volume that its operator wants to unmount.
 * @param rootFolder absolute folder of the source; it may itself be reached through links, being the operator's own words.
 * @param path relative to the root, as bytes.
 * @throws OpenRefusal with the reason; nothing stays open.
 */
export function openSafely(rootFolder: string, path: Uint8Array): OpenFile {
  const parts = splitPath(path);
  let directory = openRoot(rootFolder);
  try {
    const device = fstatSync(directory).dev;
    for (const part of parts.slice(0, -1)) {
      const next = openPart(directory, part, stepFlags);
      closeSync(directory);
      directory = next;
    }
    return openLeaf(directory, parts[parts.length - 1] as Uint8Array, device);
  } finally {
    closeSync(directory);
  }
}

/** The parts of a relative path. @throws OpenRefusal `bad-path` for anything but plain names between single slashes. */
function splitPath(path: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== slash) {
      if (path[at] === 0) throw new OpenRefusal('bad-path');
      continue;
    }
    const part = path.subarray(start, at);
    const dots = part.every((byte) => byte === dot) && part.length <= 2;
    // an empty part is `every` too: a leading, doubled or trailing slash, or no path at all
    if (dots) throw new OpenRefusal('bad-path');
    parts.push(part);
    start = at + 1;
  }
  return parts;
}

function openRoot(rootFolder: string): number {
  try {
    return openSync(rootFolder, rootFlags);
  } catch (error) {
    throw new OpenRefusal(errorCode(error) === 'EMFILE' ? 'too-many-open' : 'root-unavailable', error);
  }
}

function openPart(directory: number, part: Uint8Array, flags: number): number {
  try {
    return openSync(under(directory, part), flags);
  } catch (error) {
    throw new OpenRefusal(refusalOf(errorCode(error), flags), error);
  }
}

/** `/proc/self/fd/<directory>/<part>` as bytes. */
function under(directory: number, part: Uint8Array): Buffer {
  const prefix = `/proc/self/fd/${directory}/`;
  const path = Buffer.allocUnsafe(prefix.length + part.length);
  path.write(prefix, 'latin1');
  path.set(part, prefix.length);
  return path;
}

// the leaf's device speaks for the whole way: a mount passed on it would show there
function openLeaf(directory: number, name: Uint8Array, device: number): OpenFile {
  const fd = openPart(directory, name, leafFlags);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new OpenRefusal('not-regular');
    if (stat.dev !== device) throw new OpenRefusal('other-device');
    return { fd, stat };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function refusalOf(code: string | undefined, flags: number): OpenRefusalReason {
  switch (code) {
    case 'ENOENT':
    case 'ENAMETOOLONG':
      return 'gone';
    case 'ELOOP':
      return 'link';
    case 'ENOTDIR':
      // with O_DIRECTORY and O_NOFOLLOW a link says ENOTDIR as well; either way there is no such file any more
      return flags === stepFlags ? 'link' : 'gone';
    case 'ENXIO':
    case 'ENODEV':
    case 'EISDIR':
      return 'not-regular';
    case 'EACCES':
    case 'EPERM':
      return 'no-permission';
    case 'EMFILE':
    case 'ENFILE':
      return 'too-many-open';
    default:
      return 'root-unavailable';
  }
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { AppError } from '@nucleus/shared/failure/app-error';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
const slash = 0x2f;

/**
 * Opens a regular file below a root, component by component through `/proc/self/fd`, following no link: a folder that is
 * swapped for a link during the walk is refused, not followed. The caller closes `fd`.
 * @param path relative to the root, as bytes, without empty, `.` or `..` components.
 * @throws AppError `item-not-found` when there is no such regular file, `forbidden` when a component is a link or may not be read.
 */
export function openSafely(rootFolder: string, path: Uint8Array): { fd: number; stat: Stats } {
  const names = components(path);
  const last = names.pop();
  if (!last) throw new AppError('item-not-found', 'The path names no file below the source.');
  let folder = openOr(() => openSync(rootFolder, O_RDONLY | O_DIRECTORY));
  try {
    for (const name of names) {
      const next = openOr(() => openSync(below(folder, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
      closeSync(folder);
      folder = next;
    }
    // O_NONBLOCK: opening a FIFO must not wait for a writer
    const fd = openOr(() => openSync(below(folder, last), O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) throw new AppError('item-not-found', 'The path is not a regular file.');
      return { fd, stat };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  } finally {
    closeSync(folder);
  }
}

function components(path: Uint8Array): Buffer[] {
  const names: Buffer[] = [];
  let from = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== slash) continue;
    const name = Buffer.from(path.subarray(from, at));
    const text = name.toString('latin1');
    if (text === '' || text === '.' || text === '..' || text.includes('\0')) {
      throw new AppError('forbidden', 'The path has a component that is not a plain name.');
    }
    names.push(name);
    from = at + 1;
  }
  return names;
}

function below(folder: number, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${folder}/`), name]);
}

function openOr(open: () => number): number {
  try {
    return open();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new AppError('item-not-found', 'The file is not there any more.', { cause: error });
    }
    if (code === 'ELOOP' || code === 'EACCES' || code === 'EPERM') {
      throw new AppError('forbidden', 'The file or a folder above it may not be opened.', { cause: error });
    }
    throw new AppError('source-suspended', `The file could not be opened (${code ?? 'unknown reason'}).`, { cause: error });
  }
}

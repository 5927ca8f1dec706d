/**
 * Links are followed only where a source asks for it, only to what lies in the source's own folder, and only once on a way: what a link
 * inside a followed folder leads to is found at its own place. So no loop and no tower of links can be entered, nothing beyond the
 * folder is seen, and what the source leaves out stays out under every name.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { pathBytes, pathKey } from './file-stat.ts';
import { type OpenFile, OpenRefusal, openSafely } from './open-safely.ts';
import { type Follow, nameOf } from './walk-folder.ts';

/** @param isLeftOut whether a file or folder of the root is excluded; asked about the place that a link leads to. */
export function followLinksIn(root: string, isLeftOut: (key: string) => boolean): Follow {
  return (key) => {
    try {
      const linkKey = firstLink(root, key);
      if (linkKey === undefined) return undefined;
      const target = realKey(root, linkKey);
      // a folder that holds the link would be entered again and again
      if (target === undefined || target === '' || `${linkKey}/`.startsWith(`${target}/`)) return 'none';
      const whole = target + key.slice(linkKey.length);
      if (isLeftOut(whole) || firstLink(root, whole) !== undefined) return 'none';
      const stat = lstatSync(nameOf(root, whole));
      // what is mounted below the root is a root of its own
      return stat.dev === lstatSync(nameOf(root, linkKey)).dev ? { realKey: whole, stat } : 'none';
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' ? 'none' : 'unknown';
    }
  };
}

/**
 * Opens as {@link openSafely} does; where a link stands on the way, what it leads to, which must lie below the root as well and is then
 * opened without following any link.
 * @throws OpenRefusal
 */
export function openFollowing(root: string, path: Uint8Array): OpenFile {
  try {
    return openSafely(root, path);
  } catch (error) {
    if (!(error instanceof OpenRefusal) || error.reason !== 'link') throw error;
    return openSafely(root, pathBytes(realKeyOf(root, path, error)));
  }
}

function realKeyOf(root: string, path: Uint8Array, refusal: OpenRefusal): string {
  try {
    const key = realKey(root, pathKey(path));
    if (key) return key;
  } catch {
    // gone meanwhile, or not to be read: refused as it was
  }
  throw refusal;
}

/** The first part of a way below the root that is a link; the root itself may be one. @throws Error of the file system. */
function firstLink(root: string, key: string): string | undefined {
  for (let end = key.indexOf('/'); ; end = key.indexOf('/', end + 1)) {
    const part = end < 0 ? key : key.slice(0, end);
    if (lstatSync(nameOf(root, part)).isSymbolicLink()) return part;
    if (end < 0) return undefined;
  }
}

/** The place that a path leads to, relative to the root; undefined outside it. @throws Error of the file system. */
function realKey(root: string, key: string): string | undefined {
  const base = realpathSync.native(root, 'buffer').toString('latin1');
  const real = realpathSync.native(nameOf(root, key), 'buffer').toString('latin1');
  if (real === base) return '';
  const inside = base === '/' ? '/' : `${base}/`;
  return real.startsWith(inside) ? real.slice(inside.length) : undefined;
}

import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { type FileStat, fileStat, pathBytes } from './file-stat.ts';
import type { KeyRange } from './key-range.ts';

/** What a walk tells, in byte order of the paths. Keys are relative to the root, one character a byte. */
export interface WalkVisitor {
  /** `realKey` is the file's own place where a followed link is on the way. */
  file(key: string, stat: FileStat, realKey?: string): void;
  /** What a link at this path leads to cannot be said now. */
  unverifiable(key: string): void;
  /** A link that is not followed, FIFO, socket or device. */
  notRegular(key: string): void;
  /** A folder that is another file system's root: not entered. */
  otherMount(prefix: string): void;
  /** A folder that could not be listed; `prefix` ends in `/` and is empty for the root. */
  unlistable(prefix: string, code: string): void;
}

/** Where a link leads: relative to the root, without a link on the way. */
interface Followed {
  realKey: string;
  stat: Stats;
}

/**
 * Undefined: no link is on the way. `none`: it leads nowhere that may be entered. `unknown`: that cannot be said now, so nothing behind it
 * may count as gone.
 */
export type Follow = (key: string) => Followed | 'none' | 'unknown' | undefined;

const nonAscii = /[^\0-\x7f]/;

/**
 * Walks everything below a root, as `find -xdev` does; links are followed where `links` says so. Synchronous: four times as fast as promises,
 * so it belongs into a thread. `prefix` is empty or a folder's key ending in `/`. A folder sorts as its name with a slash, which makes the order that of whole paths.
 */
export function walkFolder(
  root: string,
  prefix: string,
  rootDev: number,
  visitor: WalkVisitor,
  options: WalkFolderOptions = {},
): void {
  const { range } = options;
  const isCut = range !== undefined && (isAbove(prefix, range.from) || isAbove(prefix, range.to));
  walkBelow(root, prefix, rootDev, visitor, isCut ? options : { ...options, range: undefined });
}

interface WalkFolderOptions {
  /** Tells only what is in it; folders above its bounds are listed all the same. */
  range?: KeyRange | undefined;
  links?: Follow | undefined;
  /** The own place of the folder to walk, ending in `/`, where it is behind a followed link; no link below it is followed. */
  realPrefix?: string | undefined;
}

/** Whether a bound lies within a folder, so that one part of it is in the range and another is not. */
function isAbove(prefix: string, bound: string): boolean {
  return bound.length > prefix.length && bound.startsWith(prefix);
}

/**
 * Regular files and folders of one folder, what followed links lead to among them, in byte order of their names; undefined when it could not
 * be listed.
 */
export function listFolder(
  root: string,
  prefix: string,
  links?: Follow,
): { files: [name: string, stat: FileStat][]; folders: Set<string> } | undefined {
  const listed = { files: [] as [string, FileStat][], folders: new Set<string>() };
  try {
    for (const name of readdirSync(nameOf(root, prefix), 'latin1').sort()) {
      const stat = lstatSync(nameOf(root, prefix + name), { throwIfNoEntry: false });
      const target = links && stat?.isSymbolicLink() ? links(prefix + name) : undefined;
      if (target === 'unknown') return undefined;
      const found = target && target !== 'none' ? target.stat : stat;
      if (found?.isFile()) listed.files.push([name, fileStat(found)]);
      if (found?.isDirectory()) listed.folders.add(name);
    }
    return listed;
  } catch {
    return undefined;
  }
}

/** @param options with a range only for folders that one of its bounds lies within. */
function walkBelow(
  root: string,
  prefix: string,
  rootDev: number,
  visitor: WalkVisitor,
  options: WalkFolderOptions,
): void {
  const { range, links, realPrefix } = options;
  let names: string[];
  try {
    names = readdirSync(nameOf(root, prefix), 'latin1');
  } catch (error) {
    visitor.unlistable(prefix, errorCode(error));
    return;
  }
  names.sort();
  const folders: Below[] = [];
  for (const name of names) {
    enterFoldersBefore(name);
    let stat: Stats | undefined;
    try {
      stat = lstatSync(nameOf(root, prefix + name), { throwIfNoEntry: false });
    } catch (error) {
      // listed but not to be looked at: nothing in this folder may count as gone
      visitor.unlistable(prefix, errorCode(error));
      return;
    }
    if (!stat) continue;
    if (stat.isDirectory()) folders.push({ name: `${name}/`, dev: stat.dev });
    else if (range && !isWithin(prefix + name, range)) continue;
    else if (stat.isFile()) visitor.file(prefix + name, fileStat(stat), realPrefix && realPrefix + name);
    else if (links && realPrefix === undefined && stat.isSymbolicLink()) follow(name, links);
    else visitor.notRegular(prefix + name);
  }
  enterFoldersBefore(undefined);

  function follow(name: string, links: Follow): void {
    const target = links(prefix + name);
    if (target === 'unknown') {
      visitor.unverifiable(prefix + name);
      folders.push({ name: `${name}/`, dev: rootDev, isUnknown: true });
    } else if (target === undefined || target === 'none') visitor.notRegular(prefix + name);
    else if (target.stat.isFile()) visitor.file(prefix + name, fileStat(target.stat), target.realKey);
    else if (target.stat.isDirectory())
      folders.push({ name: `${name}/`, dev: target.stat.dev, realPrefix: `${target.realKey}/` });
    else visitor.notRegular(prefix + name);
  }

  // a folder `a` waits for files such as `a.jpg`, which sort before `a/`
  function enterFoldersBefore(name: string | undefined): void {
    while (folders.length > 0) {
      let first = 0;
      for (let i = 1; i < folders.length; i++) {
        if ((folders[i] as Below).name < (folders[first] as Below).name) first = i;
      }
      const folder = folders[first] as Below;
      if (name !== undefined && folder.name > name) return;
      folders.splice(first, 1);
      const below = prefix + folder.name;
      if (range && !isWithin(below, range) && !isAbove(below, range.from)) continue;
      const behind = folder.realPrefix ?? (realPrefix && realPrefix + folder.name);
      if (folder.isUnknown) visitor.unlistable(below, 'unknown');
      else if (folder.dev !== rootDev) visitor.otherMount(below);
      else walkFolder(root, below, rootDev, visitor, { range, links, realPrefix: behind });
    }
  }
}

/** A folder that waits for its turn. */
interface Below {
  name: string;
  dev: number;
  realPrefix?: string;
  isUnknown?: boolean;
}

function isWithin(key: string, { from, to }: KeyRange): boolean {
  return key >= from && (to === '' || key < to);
}

/** What to hand to the file system: a string where that is exact, else bytes. */
export function nameOf(root: string, key: string): string | Buffer {
  if (!nonAscii.test(key)) return key === '' ? root : `${root}/${key}`;
  return Buffer.concat([Buffer.from(`${root}/`), pathBytes(key)]);
}

function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}

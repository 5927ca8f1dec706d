import type { Stats } from 'node:fs';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type FileStat, fileStat, pathKey, sameStat } from '../source/file-stat.ts';
import { leadsElsewhere, lookAt } from '../source/look-at.ts';
import { nameOf } from '../source/walk-folder.ts';
import { markMissing } from '../state/missing.ts';
import type { ItemRow } from '../state/rows.ts';
import type { RunningSource } from './running-source.ts';

/**
 * Looks where the items are whose content a described file has: a move or a swap shows up folder by folder, and whoever is seen
 * first must not be taken for a copy. Items whose path is empty now are marked missing.
 * @param here paths of the whole batch, partners found before included; those found now are added, so that a ring ends.
 * @returns files at paths of such items that hold something else now; to be described together with the first.
 */
export async function findPartners(
  source: Pick<RunningSource, 'config' | 'known' | 'state' | 'sourceNo'>,
  described: readonly { key: string; dev: number; hash: Uint8Array | undefined }[],
  here: Set<string>,
): Promise<{ path: Buffer; stat: FileStat }[]> {
  const asked = new Set<string>();
  const partners: { path: Buffer; stat: FileStat }[] = [];
  const gone: Buffer[] = [];
  for (const { dev, hash } of described) {
    const name = hash && Buffer.from(hash).toString('latin1');
    if (!hash || name === undefined || asked.has(name)) continue;
    asked.add(name);
    for (const row of source.known.liveWith(hash)) {
      const key = pathKey(row.path);
      if (here.has(key)) continue;
      const stat = await lookQuietly(source.config.folder, key);
      if (stat?.isFile() && !sameStat(fileStat(stat), rowStat(row))) {
        // what a link leads to now is for the next walk to judge
        if (source.config.follow_links && (await leadsElsewhere(source.config.folder, key))) continue;
        here.add(key);
        partners.push({ path: row.path, stat: fileStat(stat) });
      } else if (stat === undefined && (await isAbsent(source.config.folder, key, dev))) gone.push(row.path);
    }
  }
  if (gone.length > 0) markMissing(source.state, source.sourceNo, gone, Date.now());
  return partners;
}

function rowStat(row: ItemRow): FileStat {
  return { dev: row.dev, ino: row.ino, size: row.byte_size, mtimeMs: row.mtime_ms, ctimeMs: row.ctime_ms };
}

/** Undefined when nothing is there. `null` when that cannot be said. @throws AppError when the root hangs. */
async function lookQuietly(root: string, key: string): Promise<Stats | undefined | null> {
  try {
    return await lookAt(nameOf(root, key));
  } catch (error) {
    if (error instanceof AppError) throw error;
    return null;
  }
}

/** Whether the nearest folder above that exists is on the device on which the content was found. */
async function isAbsent(root: string, key: string, dev: number): Promise<boolean> {
  for (let at = key; at !== ''; ) {
    at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
    const stat = await lookQuietly(root, at);
    if (stat !== undefined) return stat !== null && stat.dev === dev;
  }
  return false;
}

import type { Stats } from 'node:fs';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type FileStat, fileStat, pathKey, sameStat } from '../source/file-stat.ts';
import { leadsElsewhere, lookAt } from '../source/look-at.ts';
import { nameOf } from '../source/walk-folder.ts';
import { markMissing } from '../state/missing.ts';
import type { ItemRow } from '../state/rows.ts';
import type { DescribedFile } from './late-files.ts';
import type { RunningSource } from './running-source.ts';

type PartnerSource = Pick<RunningSource, 'config' | 'known' | 'state' | 'sourceNo' | 'queue' | 'late'>;

/** A file at the path of an item whose content other files have now. */
interface Partner {
  path: Buffer;
  stat: FileStat;
  isNew: false;
}

/** That whoever has this content cannot be told from a copy before the file at this path is described. */
interface Need {
  hash: string;
  key: string;
}

/** A batch does not grow without end: what is left out is another scan's. */
const mostInBatch = 2000;

/**
 * Adds to a batch whoever has to be seen together with it: a swap, a move or a rotation is seen whole or not at all. Who needs a file whose
 * decoder is busy for long waits with it.
 * @param describe answers what is done in time; the rest is late.
 * @returns what can be recorded now.
 */
export async function gatherPartners(
  source: PartnerSource,
  batch: readonly DescribedFile[],
  describe: (files: readonly Partner[]) => Promise<DescribedFile[]>,
): Promise<DescribedFile[]> {
  const files = [...batch];
  const needs: Need[] = [];
  const here = new Set(files.map(({ key }) => key));
  for (let added: readonly DescribedFile[] = files; added.length > 0 && files.length < mostInBatch; ) {
    const partners = takeQueued(source, added, here, needs);
    partners.push(...(await findPartners(source, added, here, needs)));
    added = await describe(partners.filter(({ path }) => !source.late.has(pathKey(path))));
    files.push(...added);
  }
  return withoutWaiting(source, files, needs);
}

/** Ties everybody who needs a late file, or somebody who waits for one, and answers the others. */
function withoutWaiting(
  source: Pick<RunningSource, 'late'>,
  files: readonly DescribedFile[],
  needs: readonly Need[],
): DescribedFile[] {
  let ready = files;
  for (let isMore = true; isMore; ) {
    const tied = ready.flatMap((file) => {
      const need = needs.find(({ hash, key }) => hash === file.hash && key !== file.key && source.late.has(key));
      return need ? [{ file, lateKey: need.key }] : [];
    });
    for (const { file, lateKey } of tied) source.late.tie(file, lateKey);
    const waiting = new Set(tied.map(({ file }) => file));
    ready = ready.filter((file) => !waiting.has(file));
    isMore = tied.length > 0;
  }
  return [...ready];
}

/** Changed files that wait for their turn, at paths of items with the content of these. */
function takeQueued(
  source: PartnerSource,
  described: readonly DescribedFile[],
  here: Set<string>,
  needs: Need[],
): Partner[] {
  const partners: Partner[] = [];
  for (const { hash, described: found } of described) {
    const queued = hash !== undefined && found.contentHash && source.queue.takePartner(found.contentHash);
    if (!queued) continue;
    const key = pathKey(queued.path);
    needs.push({ hash, key });
    here.add(key);
    partners.push({ path: queued.path, stat: queued.stat, isNew: false });
  }
  return partners;
}

/**
 * Looks where the items are whose content a described file has: a move or a swap shows up folder by folder, and whoever is seen
 * first must not be taken for a copy. Items whose path is empty now are marked missing.
 * @param here paths of the whole batch, partners found before included; those found now are added, so that a ring ends.
 */
async function findPartners(
  source: PartnerSource,
  described: readonly DescribedFile[],
  here: Set<string>,
  needs: Need[],
): Promise<Partner[]> {
  const asked = new Set<string>();
  const partners: Partner[] = [];
  const gone: Buffer[] = [];
  for (const { dev, hash, described: found } of described) {
    if (hash === undefined || found.contentHash === undefined || asked.has(hash)) continue;
    asked.add(hash);
    for (const row of source.known.liveWith(found.contentHash)) {
      const key = pathKey(row.path);
      if (here.has(key)) {
        needs.push({ hash, key });
        continue;
      }
      const stat = await lookQuietly(source.config.folder, key);
      if (stat?.isFile() && !sameStat(fileStat(stat), rowStat(row))) {
        // what a link leads to now is for the next walk to judge
        if (source.config.follow_links && (await leadsElsewhere(source.config.folder, key))) continue;
        here.add(key);
        needs.push({ hash, key });
        partners.push({ path: row.path, stat: fileStat(stat), isNew: false });
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

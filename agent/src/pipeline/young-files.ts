import { AppError } from '@nucleus/shared/failure/app-error';
import { fileStat, pathKey, sameStat } from '../source/file-stat.ts';
import { leadsElsewhere, lookAt } from '../source/look-at.ts';
import { nameOf } from '../source/walk-folder.ts';
import { lookAgain, type Watched } from '../watch/settle-file.ts';
import type { RunningSource } from './running-source.ts';

/** A file that has not been quiet for long enough to be read. */
export interface Young extends Watched {
  path: Buffer;
  kind: 'new' | 'changed';
  rounds: number;
}

/** A file that never stops changing is tried this often in one scan, and becomes an exception until the next. */
export const maxRounds = 5;
const looksAtOnce = 64;
type Root = RunningSource['config'];

/** Another look at each, a few at once; undefined for those that are gone. @throws AppError when the root hangs. */
export async function lookAtAll(
  root: Root,
  files: readonly Young[],
): Promise<{ file: Young; now: Young | undefined }[]> {
  const seen: { file: Young; now: Young | undefined }[] = [];
  for (let at = 0; at < files.length; at += looksAtOnce) {
    const part = files.slice(at, at + looksAtOnce);
    seen.push(...(await Promise.all(part.map(async (file) => ({ file, now: await lookAtPath(root, file) })))));
  }
  return seen;
}

/** Another look at a young file; undefined when it is gone. @throws AppError when the root hangs. */
async function lookAtPath({ folder, follow_links: followLinks }: Root, file: Young): Promise<Young | undefined> {
  try {
    const key = pathKey(file.path);
    const stat = await lookAt(nameOf(folder, key), followLinks);
    if (!stat?.isFile()) return undefined;
    // a link that leads to something else now may lead to what is left out: the next walk judges that
    if (followLinks && !sameStat(fileStat(stat), file.stat) && (await leadsElsewhere(folder, key))) return undefined;
    const watched = lookAgain(file, fileStat(stat), Date.now());
    return { ...file, ...watched, rounds: watched.sinceMs === file.sinceMs ? file.rounds : file.rounds + 1 };
  } catch (error) {
    if (error instanceof AppError) throw error;
    return { ...file, rounds: maxRounds };
  }
}

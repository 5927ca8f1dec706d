import { displayPath } from '../record/display-path.ts';
import type { State } from '../state/open-state.ts';
import { type FoundFolder, maxFolders } from './find-messages.ts';

const slash = 0x2f;
const endOfPaths = Buffer.alloc(1, 0xff); // no path that is text begins with it

/**
 * The folders directly below one, in byte order. It steps over the index of paths from folder to folder, so its price is that of
 * counting what lies below, not of reading it.
 */
export function listFolders(
  state: State,
  sourceNo: number,
  folder: string,
): { folders: FoundFolder[]; is_cut: boolean } {
  const among = `from items indexed by items_by_path where presence = 'live' and source_no = ? and path >= ? and path < ?`;
  const nextDeeper = state
    .prepare<[number, Uint8Array, Uint8Array, number], Buffer>(
      `select path ${among} and instr(substr(path, ?), x'2f') > 0 order by path limit 1`,
    )
    .pluck();
  const count = state.prepare<[number, Uint8Array, Uint8Array], number>(`select count(*) ${among}`).pluck();
  const prefix = Buffer.from(folder === '' ? '' : `${folder}/`);
  const end = folder === '' ? endOfPaths : afterFolder(prefix);
  const folders: FoundFolder[] = [];
  for (let at: Buffer = prefix; folders.length < maxFolders; ) {
    const path = nextDeeper.get(sourceNo, at, end, prefix.length + 1);
    if (!path) return { folders, is_cut: false };
    const child = path.subarray(0, path.indexOf(slash, prefix.length) + 1);
    const childEnd = afterFolder(child);
    const shown = displayPath(child.subarray(0, -1));
    // a name that is no text can be shown but not asked for
    const isText = Buffer.from(shown).equals(child.subarray(0, -1));
    folders.push({
      name: displayPath(child.subarray(prefix.length, -1)),
      path: shown,
      files: count.get(sourceNo, child, childEnd) ?? 0,
      has_folders: isText && nextDeeper.get(sourceNo, child, childEnd, child.length + 1) !== undefined,
    });
    at = childEnd;
  }
  return { folders, is_cut: true };
}

/** The first bytes after everything that begins with `prefix`, which ends in a slash. */
function afterFolder(prefix: Uint8Array): Buffer {
  const end = Buffer.from(prefix);
  end[end.length - 1] = slash + 1;
  return end;
}

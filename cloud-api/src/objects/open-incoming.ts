import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** No upload takes so long. */
const leftoverMs = 24 * 3_600_000;

/**
 * Makes a folder for files on their way in and removes what a kill left there, folders of a video's frames too. Only what is old goes: another process may be
 * writing into the same folder.
 */
export async function openIncoming(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > leftoverMs)
      await rm(path, { recursive: true, force: true });
  }
}

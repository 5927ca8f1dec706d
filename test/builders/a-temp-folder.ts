/** A folder of one test's own, gone when that test (or, called outside one, the file) is over. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The real path (symlinks resolved) of a new empty folder; removed when the running test ends, passed or failed. */
export async function aTempFolder(name = 'nucleus-test'): Promise<string> {
  const folder = await makeTempFolder(name);
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** Like {@link aTempFolder} for `beforeAll` and global setup: the caller removes it with {@link removeFolder}. */
export const makeTempFolder = async (name = 'nucleus-test'): Promise<string> =>
  realpath(await mkdtemp(join(tmpdir(), `${name}-`)));

export const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 3 });

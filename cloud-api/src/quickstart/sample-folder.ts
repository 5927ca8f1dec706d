import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { makeSamples } from './run-agent.ts';

/** The folder to watch: the one that was named, or a small one of samples below `data`, made at the first start. */
export async function chooseFolder(
  named: string | undefined,
  data: string,
): Promise<{ folder: string; dataset: string }> {
  if (named !== undefined) {
    const folder = resolve(named);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      throw new AppError('folder-missing', `There is no folder ${named}: name one that holds pictures.`);
    }
    return { folder, dataset: basename(folder) || 'pictures' };
  }
  const folder = resolve(join(data, 'samples'));
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length === 0) await makeSamples(folder);
  return { folder, dataset: 'samples' };
}

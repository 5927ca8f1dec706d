import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { AgentConfig } from './config.ts';

/**
 * Refuses a start that cannot go well, in one sentence each.
 * @throws AppError `folder-missing`, `config-invalid`, `state-unreadable`.
 */
export function checkStart(config: AgentConfig): void {
  for (const { alias, folder } of config.sources) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (!stat) throw new AppError('folder-missing', `The folder ${folder} of source ${alias} does not exist.`);
    if (!stat.isDirectory()) throw new AppError('folder-missing', `${folder} of source ${alias} is not a folder.`);
  }
  if (config.listen.endsWith(':0') && config.public_url === undefined) {
    throw new AppError('config-invalid', 'Listening on port 0 needs a public_url, because records hold the address.');
  }
  try {
    makeFolders(config.data);
  } catch (cause) {
    throw new AppError('state-unreadable', `The data directory ${config.data} cannot be made.`, { cause });
  }
  const data = realpathSync(config.data) + sep;
  for (const { alias, folder } of config.sources) {
    if (data.startsWith(realpathSync(folder) + sep)) {
      throw new AppError(
        'config-invalid',
        `The data directory ${config.data} lies inside the folder of source ${alias}; name another one with --data.`,
      );
    }
  }
}

/** Made one by one: Node's own `recursive` never returns below folders that refuse with ENOENT, as those of /proc do. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { AgentConfig } from './config.ts';
import { statInTime } from './source/look-at.ts';

/**
 * Refuses a start that cannot go well, in one sentence each.
 * @throws AppError `folder-missing`, `config-invalid`, `state-unreadable`.
 */
export async function checkStart(config: AgentConfig): Promise<void> {
  const answering: AgentConfig['sources'] = [];
  for (const source of config.sources) {
    const { alias, folder } = source;
    const seen = await statInTime(folder);
    // the scan says that it hangs; the other sources and the viewer are there meanwhile
    if (seen === 'hangs') continue;
    answering.push(source);
    if (!seen) throw new AppError('folder-missing', `The folder ${folder} of source ${alias} does not exist.`);
    if (!seen.isDirectory()) throw new AppError('folder-missing', `${folder} of source ${alias} is not a folder.`);
  }
  if (config.listen.endsWith(':0') && config.public_url === undefined) {
    throw new AppError('config-invalid', 'Listening on port 0 needs a public_url, because records hold the address.');
  }
  assertGuarded(config);
  try {
    makeFolders(config.data);
  } catch (cause) {
    throw new AppError('state-unreadable', `The data directory ${config.data} cannot be made.`, { cause });
  }
  const data = realpathSync(config.data) + sep;
  for (const { alias, folder } of answering) {
    if (data.startsWith(realpathSync(folder) + sep)) {
      throw new AppError(
        'config-invalid',
        `The data directory ${config.data} lies inside the folder of source ${alias}; name another one with --data.`,
      );
    }
  }
}

/** Pictures, links and the passcode go over the network as they are unless TLS hides them. */
function assertGuarded(config: AgentConfig): void {
  const host = config.listen.replace(/:\d+$/, '');
  const isLocal = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(host);
  if (isLocal || config.tls || config.insecure_lan_http) return;
  throw new AppError(
    'config-invalid',
    `Listening at ${config.listen} without TLS would show pictures, links and the passcode to everybody on the network. ` +
      'Run `nucleus-agent tls init`, name your own certificate under `tls`, or, if you accept that, set insecure_lan_http (--insecure-lan-http).',
  );
}

/** Made one by one: Node's own `recursive` never returns below folders that refuse with ENOENT, as those of /proc do. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

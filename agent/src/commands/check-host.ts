import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  opendirSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { AgentConfig, SourceConfig } from '../config.ts';
import { readCloudKey } from '../load-config.ts';
import { statInTime } from '../source/look-at.ts';

/** One line of `doctor`. */
export interface HostCheck {
  result: 'ok' | 'warn' | 'fail';
  name: string;
  says: string;
  /** What to do about it. */
  remedy?: string;
}

const mebibyte = 1024 ** 2;
/** More folders than this are not counted; the limit is then compared with what was seen. */
const mostFolders = 200_000;

/** Everything that can be told without a network. Nothing is written. */
export async function checkHost(
  config: AgentConfig,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<HostCheck[]> {
  const hanging: HostCheck[] = [];
  const answering: SourceConfig[] = [];
  for (const source of config.sources) {
    if ((await statInTime(source.folder)) !== 'hangs') answering.push(source);
    else {
      const remedy = 'Look after its server, or mount it anew; the agent suspends the source meanwhile.';
      hanging.push(fail(`source ${source.alias}`, `${source.folder} does not answer.`, remedy));
    }
  }
  return [
    ...checkData(config.data),
    checkDisk(config.data),
    checkKey(config, environment),
    checkPasscode(config),
    ...hanging,
    ...answering.flatMap((source) => checkSource(source, config.data)),
    checkWatches(config.scan.watch, answering),
  ];
}

function checkData(data: string): HostCheck[] {
  const name = 'data directory';
  if (!existsSync(data)) {
    const above = firstThere(data);
    return [
      isAllowed(above, constants.W_OK)
        ? { result: 'ok', name, says: `${data} is made at the first start.` }
        : fail(name, `${data} is not there and cannot be made.`, `Make it: install -d -m 0700 ${data}`),
    ];
  }
  if (!isAllowed(data, constants.R_OK | constants.W_OK | constants.X_OK))
    return [fail(name, `${data} cannot be written.`, `Give it to the agent's user: chown -R nucleus-agent ${data}`)];
  const open = [data, ...['keys', 'state', 'ledger', 'previews'].map((it) => join(data, it))]
    .filter((path) => existsSync(path))
    .filter((path) => (statSync(path).mode & 0o077) !== 0);
  const keys = join(data, 'keys');
  const readable = existsSync(keys)
    ? readdirSync(keys).filter((file) => (lstatSync(join(keys, file)).mode & 0o077) !== 0)
    : [];
  if (readable.length > 0) return [fail('keys', `others can read ${readable.join(', ')}.`, `Run chmod 600 ${keys}/*`)];
  return [
    open.length === 0
      ? { result: 'ok', name, says: `${data}, for its owner alone.` }
      : {
          result: 'warn',
          name,
          says: `others may enter ${open.join(', ')}.`,
          remedy: `Run chmod 700 ${open.join(' ')}`,
        },
  ];
}

function checkDisk(data: string): HostCheck {
  const { bavail, bsize } = statfsSync(firstThere(data));
  const free = Math.floor((bavail * bsize) / mebibyte);
  const says = `${free} MiB free for state, ledger and previews.`;
  const remedy = 'Free some, or move `data`: without space for the ledger nothing is sent.';
  if (free < 100) return fail('disk space', says, remedy);
  return free < 1024
    ? { result: 'warn', name: 'disk space', says, remedy }
    : { result: 'ok', name: 'disk space', says };
}

function checkKey(config: AgentConfig, environment: Readonly<Record<string, string | undefined>>): HostCheck {
  try {
    readCloudKey(config, environment);
    return { result: 'ok', name: 'API key', says: 'there is one.' };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return fail('API key', error.message, 'Make one in the cloud: nucleus-cloud keys create --scopes agent');
  }
}

function checkPasscode(config: AgentConfig): HostCheck {
  const isLocal = /^(127\.|localhost:|\[::1\])/.test(config.listen);
  const isSet = existsSync(join(config.data, 'keys', 'passcode'));
  if (isSet) return { result: 'ok', name: 'viewer passcode', says: 'set.' };
  if (isLocal) return { result: 'ok', name: 'viewer passcode', says: 'none needed: only this machine can connect.' };
  const says = 'not set: nobody on the network can see pixels.';
  return { result: 'warn', name: 'viewer passcode', says, remedy: 'Set one: nucleus-agent keys passcode' };
}

function checkSource({ alias, folder, marker }: SourceConfig, data: string): HostCheck[] {
  const name = `source ${alias}`;
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return [fail(name, `${folder} is not a folder.`, 'Mount it, or correct sources.folder.')];
  if (!isAllowed(folder, constants.R_OK | constants.X_OK))
    return [fail(name, `${folder} cannot be read.`, 'Give the agent’s user read access, for instance by its group.')];
  if ((data + sep).startsWith(folder + sep))
    return [fail(name, 'the data directory lies inside it.', 'Name another one with data.')];
  if (marker !== undefined && !existsSync(join(folder, marker)))
    return [fail(name, `the marker ${marker} is missing.`, 'Mount the right volume, or make the marker there.')];
  if (readdirSync(folder).length === 0) {
    const remedy = 'Check that its volume is mounted.';
    return [{ result: 'warn', name, says: `${folder} is empty.`, remedy }];
  }
  return [{ result: 'ok', name, says: `${folder} can be read.` }];
}

/** One watch for each folder is taken out of what the system gives a user. */
function checkWatches(isWatched: boolean, sources: readonly SourceConfig[]): HostCheck {
  const name = 'inotify watches';
  if (!isWatched) return { result: 'ok', name, says: 'not used: scan.watch is off.' };
  const limit = readNumber('/proc/sys/fs/inotify/max_user_watches');
  if (limit === undefined)
    return {
      result: 'warn',
      name,
      says: 'this system does not say its limit.',
      remedy: 'Scans find every change all the same.',
    };
  const folders = sources.reduce((sum, { folder }) => sum + countFolders(folder, mostFolders - sum), 0);
  const says = `${folders >= mostFolders ? 'at least ' : ''}${folders} ${folders === 1 ? 'folder' : 'folders'}, ${limit} watches.`;
  if (folders * 1.2 < limit) return { result: 'ok', name, says };
  const wanted = Math.max(524_288, folders * 2);
  const remedy = `Run sysctl fs.inotify.max_user_watches=${wanted}; until then only scans find changes.`;
  return { result: 'warn', name, says, remedy };
}

function countFolders(folder: string, most: number): number {
  const waiting = [folder];
  let count = 0;
  for (let next = waiting.pop(); next !== undefined && count < most; next = waiting.pop()) {
    count += 1;
    try {
      const listing = opendirSync(next);
      for (let entry = listing.readSync(); entry !== null; entry = listing.readSync())
        if (entry.isDirectory()) waiting.push(join(next, entry.name));
      listing.closeSync();
    } catch {
      // a folder that cannot be listed is not watched either
    }
  }
  return count;
}

function firstThere(path: string): string {
  let above = path;
  while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
  return above;
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function readNumber(file: string): number | undefined {
  try {
    const number = Number(readFileSync(file, 'utf8').trim());
    return Number.isFinite(number) ? number : undefined;
  } catch {
    return undefined;
  }
}

const fail = (name: string, says: string, remedy: string): HostCheck => ({ result: 'fail', name, says, remedy });

/**
 * Runs a program of the system on one file, with nothing else to reach: no environment but what it is given, a network without a device where
 * the system allows that, no right to write a file, and limits of memory and time. What it makes comes through a pipe.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where the system's own tools are. */
const toolFolders = '/usr/bin:/bin';

/** Path of a program in a list of folders, as PATH has them. */
export function findProgram(name: string, folders: string = toolFolders): string | undefined {
  return folders
    .split(':')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** @param fd of the file, open for reading: the program's own number 3 */
export function startLimited(
  command: readonly string[],
  fd: number,
  { memoryKiB, seconds }: { memoryKiB: number; seconds: number },
): ChildProcess {
  // The shell sets limits that the program cannot lift, and becomes it.
  const limits = { c: 0, f: 0, n: 64, t: seconds, v: memoryKiB };
  const script = Object.entries(limits).map(([name, most]) => `ulimit -${name} ${most}`);
  return spawn('/bin/sh', ['-c', `${script.join(' && ')} && exec "$@"`, 'sh', ...withoutNetwork(), ...command], {
    cwd: '/',
    env: { MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'pipe', 'ignore', fd],
  });
}

let namespace: string[] | undefined;

/** What gives a program a network without a device in it; nothing where the system does not allow that. */
function withoutNetwork(): string[] {
  if (namespace) return namespace;
  const unshare = findProgram('unshare');
  const isolating = ['--user', '--map-root-user', '--net', '--'];
  const isAllowed =
    unshare !== undefined &&
    spawnSync(unshare, [...isolating, '/bin/sh', '-c', ':'], { env: {}, stdio: 'ignore', timeout: 2000 }).status === 0;
  namespace = isAllowed ? [unshare, ...isolating] : [];
  return namespace;
}

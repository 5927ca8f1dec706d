import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type FSWatcher, watch } from 'chokidar';
import { isSilentFileSystem } from '../source/silent-file-systems.ts';

/** Why a folder is scanned only; shown to the operator. */
export type WatchTrouble = 'network-file-system' | 'watch-limit' | 'watch-failed';

export interface WatchRequest {
  /** Absolute path of the source's root. */
  folder: string;
  /** Whether a folder below the root, absolute, is left out; asked before a watch is spent on it. */
  isExcluded: (folder: string) => boolean;
  /** Something changed in this folder, absolute. A hint: it may be late, doubled or missing. */
  onHint: (folder: string) => void;
  /** Watching does not work here, or stopped working: scans must do. */
  onTrouble: (trouble: WatchTrouble) => void;
  /** So much happened at once that the kernel has dropped events, or nearly so: only a scan knows what. */
  onOverflow: () => void;
}

export interface FolderWatch {
  close: () => Promise<void>;
}

/** A root that does not say its type within this time is not watched. */
const statLimitMs = 5000;

/**
 * Watches the folders below a root with one watch each. Files get none: chokidar would take one per file, and the folder's own watch
 * names them all the same. Resolves once every folder is watched or watching has been given up.
 */
export async function watchFolder(request: WatchRequest): Promise<FolderWatch> {
  const nothing: FolderWatch = { close: async () => undefined };
  const type = await fileSystemType(request.folder);
  if (type === undefined || isSilentFileSystem(type)) {
    request.onTrouble(type === undefined ? 'watch-failed' : 'network-file-system');
    return nothing;
  }
  const watcher = watch(request.folder, {
    ignored: (path, stats) =>
      (stats ? !stats.isDirectory() : false) || (path !== request.folder && request.isExcluded(path)),
    ignoreInitial: true,
    followSymlinks: false,
    persistent: true,
    atomic: false,
  });
  const count = countEvents(request.onOverflow);
  const hint = (_event: string, name: unknown, details: unknown): void => {
    count();
    const watched = watchedPath(details);
    if (watched !== undefined) request.onHint(watched);
    else if (typeof name === 'string') request.onHint(dirname(join(request.folder, name)));
  };
  watcher.on('raw', hint);
  watcher.on('addDir', (path) => request.onHint(path));
  watcher.on('unlinkDir', (path) => request.onHint(dirname(path)));
  let isOver = false;
  const giveUp = (error: unknown): void => {
    if (isOver) return;
    isOver = true;
    request.onTrouble(isLimit(error) ? 'watch-limit' : 'watch-failed');
    void watcher.close();
  };
  watcher.on('error', giveUp);
  await ready(watcher);
  return {
    close: async () => {
      isOver = true;
      await watcher.close();
    },
  };
}

/** Undefined when the root does not answer. */
async function fileSystemType(folder: string): Promise<number | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      statfs(folder).then(({ type }) => type),
      delay(statLimitMs, undefined, { signal: timer.signal }),
    ]);
  } catch {
    return undefined;
  } finally {
    timer.abort();
  }
}

/**
 * Counts the events of one turn. Node does not pass on the kernel's word that its queue overflowed; but a queue that did hands over all
 * that it holds in one turn, so a turn with half as many events as a queue can hold counts as one.
 */
function countEvents(onOverflow: () => void): () => void {
  const limit = Math.max(1, maxQueuedEvents() / 2);
  let inThisTurn = 0;
  return () => {
    if (inThisTurn === 0) {
      setImmediate(() => {
        inThisTurn = 0;
      });
    }
    inThisTurn += 1;
    if (inThisTurn === Math.ceil(limit)) onOverflow();
  };
}

function maxQueuedEvents(): number {
  try {
    const number = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
    return number > 0 ? number : 16_384;
  } catch {
    return 16_384;
  }
}

async function ready(watcher: FSWatcher): Promise<void> {
  await Promise.race([once(watcher, 'ready'), new Promise((resolve) => watcher.once('error', resolve))]);
}

function watchedPath(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined;
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}

function isLimit(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EMFILE');
}

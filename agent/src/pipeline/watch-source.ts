/** The watch over one source: opened where it works, given up with a reason where it does not, and tested by what scans find. */
import { relative } from 'node:path';
import type { WatchState } from '@nucleus/shared/wire/agents';
import { folderFilter } from '../source/path-filter.ts';
import type { Difference } from '../source/scan-diff.ts';
import { setWatchState } from '../state/sources.ts';
import { Settling } from '../watch/settle.ts';
import { type FolderWatch, type WatchRequest, watchFolder } from '../watch/watch-folder.ts';
import type { RunningSource } from './running-source.ts';

export type OpenWatch = (request: WatchRequest) => Promise<FolderWatch>;

/** Hints are collected for so long before folders are looked at. */
const quietMs = 200;
const longestMs = 2000;
/** What failed is tried again after so long: a limit may have been raised, a volume mounted anew. */
const retryMs = 3_600_000;
/** Folders that are remembered for the test; with more hints than that there is none. */
const mostHinted = 50_000;
/** An event comes at once; a change that is older than this by the start of a scan was not told. */
const eventLimitMs = 1000;

export interface SourceWatch {
  readonly settling: Settling;
  /** Whether events come, as far as anybody knows. */
  isLive(): boolean;
  isDue(nowMs: number): boolean;
  start(nowMs: number): Promise<void>;
  stop(): Promise<void>;
  /** Whether events were dropped since the last call. */
  takeOverflow(): boolean;
  /** A whole scan is over: what it found tells whether the events do come. Nothing is ever written below a root to test that. */
  judge(scan: { found: readonly Difference[]; startedMs: number; endedMs: number }): Promise<void>;
}

/** @param wake called with each hint. */
export function openSourceWatch(
  source: Pick<RunningSource, 'config' | 'state' | 'log'>,
  options: { isWanted: boolean; wake: () => void; open?: OpenWatch },
): SourceWatch {
  const { alias, folder, exclude, follow_links: followLinks } = source.config;
  const { isWanted, wake, open = watchFolder } = options;
  const settling = new Settling(quietMs, longestMs);
  let watching: FolderWatch | undefined;
  let failedMs: number | undefined;
  let isOverflown = false;
  // by scans: a hint may come while one is at work
  let hinted = [new Set<string>(), new Set<string>()];
  let calmSinceMs = Number.POSITIVE_INFINITY;

  const tell = (state: WatchState): void => {
    try {
      setWatchState(source.state, alias, state);
    } catch (err) {
      // a state without room: this is told by an event, and there is nobody to catch it
      source.log.warn({ alias, err }, 'the state of the watch could not be noted');
    }
  };
  tell(isWanted ? 'starting' : 'switched-off');

  function giveUp(reason: WatchState, nowMs: number): void {
    failedMs = nowMs;
    tell(reason);
    source.log.warn({ alias, trouble: reason }, 'watching gave up, scanning at intervals');
  }

  async function stop(): Promise<void> {
    const before = watching;
    watching = undefined;
    calmSinceMs = Number.POSITIVE_INFINITY;
    await before?.close();
  }

  return {
    settling,
    isLive: () => watching !== undefined && failedMs === undefined,
    isDue: (nowMs) => isWanted && (failedMs === undefined ? watching === undefined : nowMs - failedMs >= retryMs),
    async start(nowMs) {
      await stop();
      failedMs = undefined;
      tell('starting');
      const isSkipped = folderFilter(exclude);
      watching = await open({
        folder,
        isExcluded: (path) => isSkipped(keyOf(folder, path)),
        onHint(path) {
          const key = keyOf(folder, path);
          settling.note(key, performance.now());
          if (hinted[1] && hinted[1].size < mostHinted) hinted[1].add(key);
          wake();
        },
        onTrouble: (trouble) => giveUp(trouble, performance.now()),
        onOverflow() {
          isOverflown = true;
          tell('queue-overflow');
          source.log.warn({ alias, trouble: 'queue-overflow' }, 'events were lost, scanning at once');
          wake();
        },
      }).catch(() => {
        giveUp('watch-failed', nowMs);
        return undefined;
      });
      if (failedMs === undefined) tell('watching');
    },
    stop,
    takeOverflow() {
      const was = isOverflown;
      isOverflown = false;
      return was;
    },
    async judge({ found, startedMs, endedMs }) {
      const missed = found.filter((difference) => {
        if (difference.kind === 'gone') return false;
        const { ctimeMs } = difference.stat;
        return (
          ctimeMs > calmSinceMs && ctimeMs < startedMs - eventLimitMs && !wasHinted(hinted, folderOf(difference.key))
        );
      });
      // what changes behind a link is told of its own place: scans find it
      const isTested = !followLinks && hinted.every((folders) => folders.size < mostHinted);
      hinted = [hinted[1] ?? new Set(), new Set()];
      if (!watching || failedMs !== undefined) return;
      if (missed.length > 0 && isTested && !isOverflown) {
        await stop();
        giveUp('self-test-failed', performance.now());
        return;
      }
      calmSinceMs = endedMs;
      if (!isOverflown) tell('watching');
    },
  };
}

function keyOf(root: string, path: string): string {
  return Buffer.from(relative(root, path)).toString('latin1');
}

function folderOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

/** Whether an event named the folder or one above it. Names outside UTF-8 come mangled in events and are taken as named. */
function wasHinted(hinted: readonly ReadonlySet<string>[], folder: string): boolean {
  if (Buffer.from(folder, 'latin1').toString().includes('\ufffd')) return true;
  for (let at = folder; ; at = folderOf(at)) {
    if (hinted.some((folders) => folders.has(at))) return true;
    if (at === '') return false;
  }
}

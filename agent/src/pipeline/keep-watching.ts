import { relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '../config.ts';
import { pathKey } from '../source/file-stat.ts';
import { pathFilter } from '../source/path-filter.ts';
import { missingPaths } from '../state/missing.ts';
import { Settling } from '../watch/settle.ts';
import { type FolderWatch, watchFolder } from '../watch/watch-folder.ts';
import type { RunningSource } from './running-source.ts';
import type { ScanOptions, ScanSummary } from './scan-source.ts';

export interface WatchingOptions {
  source: RunningSource;
  scan: AgentConfig['scan'];
  run: (options: ScanOptions) => Promise<ScanSummary>;
}

/** Hints are collected for so long before folders are looked at. */
const quietMs = 200;
const longestMs = 2000;
/** More folders than this at once are a whole scan. */
const foldersAtOnce = 500;
/** A source that cannot be scanned is tried again after so long, also between its intervals. */
const suspendedRetryMs = 5000;
/** A look that failed (no space for the state, say) is taken again after so long. */
const failedRetryMs = 5000;

/** Keeps one source current until its signal aborts. Hints only make it faster: the scans at intervals are the truth. */
export async function keepWatching({ source, scan, run }: WatchingOptions): Promise<void> {
  const settling = new Settling(quietMs, longestMs);
  let wake: () => void = () => undefined;
  const { folder, include, exclude } = source.config;
  let watching: FolderWatch | undefined;
  let watchError: string | undefined;
  let nextScanMs = 0;
  let isSuspended = false;

  const startWatching = async (): Promise<void> => {
    const isTaken = pathFilter(include, exclude);
    const isSkipped = (below: string) =>
      below !== '' && (`/${below}`.includes('/.') || (exclude.length > 0 && !isTaken(`${below}/x`)));
    watching = await watchFolder({
      folder,
      isExcluded: (path) => isSkipped(keyOf(folder, path)),
      onHint: (path) => {
        settling.note(keyOf(folder, path), performance.now());
        wake();
      },
      onTrouble: (trouble) => {
        watchError = trouble;
        source.log.warn({ alias: source.config.alias, trouble }, 'watching gave up, scanning at intervals');
      },
    }).catch((error: unknown) => {
      watchError = 'watch-failed';
      source.log.warn({ alias: source.config.alias, err: error }, 'watching gave up, scanning at intervals');
      return undefined;
    });
  };

  /** A failed look says nothing about the files; the whole source is looked at again a little later. */
  const look = async (options: ScanOptions): Promise<boolean> => {
    try {
      isSuspended = (await run(options)).suspended;
      if (isSuspended) nextScanMs = 0;
      return true;
    } catch (error) {
      source.log.warn({ alias: source.config.alias, err: error }, 'scan failed, trying again');
      nextScanMs = performance.now() + failedRetryMs;
      return false;
    }
  };

  try {
    while (!source.signal.aborted) {
      const nowMs = performance.now();
      if (nowMs >= nextScanMs) {
        if (isSuspended) {
          // the watches sit on what was mounted before
          await watching?.close();
          watching = undefined;
        }
        if (scan.watch && !watching && watchError === undefined && !isSuspended) await startWatching();
        const wasSuspended = isSuspended;
        if (!(await look({}))) continue;
        // back again: once more, so that nothing happens between this look and the new watches
        if (wasSuspended && !isSuspended) continue;
        nextScanMs =
          performance.now() +
          (isSuspended ? Math.min(suspendedRetryMs, scan.interval_s * 1000) : scan.interval_s * 1000);
        continue;
      }
      const folders = isSuspended ? [] : settling.takeDue(nowMs);
      if (folders.length > foldersAtOnce) {
        nextScanMs = 0;
        continue;
      }
      if (folders.length > 0) {
        await look({ folders: folders.map(prefixOf) });
        continue;
      }
      const missing = isSuspended ? [] : missingPaths(source.state, source.sourceNo, 10_000);
      const graceMs = missing.length > 0 ? Math.max(50, scan.delete_grace_ms) : Number.POSITIVE_INFINITY;
      const dueMs = Math.min(settling.nextDueMs() ?? Number.POSITIVE_INFINITY, nextScanMs, nowMs + graceMs);
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const timer = new AbortController();
      const stop = AbortSignal.any([source.signal, timer.signal]);
      await Promise.race([
        woken,
        delay(Math.max(1, dueMs - performance.now()), undefined, { signal: stop }).catch(() => undefined),
      ]);
      timer.abort();
      // the grace is over: look once more, then tell
      if (missing.length > 0 && performance.now() >= nowMs + graceMs) await look({ keys: missing.map(pathKey) });
    }
  } finally {
    await watching?.close();
  }
}

function keyOf(root: string, path: string): string {
  return Buffer.from(relative(root, path)).toString('latin1');
}

function prefixOf(key: string): string {
  return key === '' ? '' : `${key}/`;
}

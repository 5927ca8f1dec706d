import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '../config.ts';
import { pathKey } from '../source/file-stat.ts';
import type { Difference } from '../source/scan-diff.ts';
import { missingPaths } from '../state/missing.ts';
import { nextScanInMs } from '../watch/scan-pace.ts';
import type { RunningSource } from './running-source.ts';
import type { ScanOptions, ScanSummary } from './scan-source.ts';
import { type OpenWatch, openSourceWatch } from './watch-source.ts';

export interface WatchingOptions {
  source: RunningSource;
  scan: AgentConfig['scan'];
  run: (options: ScanOptions) => Promise<ScanSummary>;
  /** Another way to watch a folder, for tests of events that do not come. */
  openWatch?: OpenWatch | undefined;
}

/** More folders than this at once are a whole scan. */
const foldersAtOnce = 500;
/** A source that cannot be scanned is tried again after so long, also between its intervals. */
const suspendedRetryMs = 5000;
/** A look that failed (no space for the state, say) is taken again after so long. */
const failedRetryMs = 5000;
const leastGraceMs = 50;
/** A timer may fire so much before its time, by another clock than the one that dates what is missing. */
const timerEarlyMs = 20;
/** Findings of a scan that are kept for judging the watch. */
const mostFound = 1000;

/**
 * Keeps one source current until its signal aborts. Hints only make it faster: the scans at intervals are the truth. The root is
 * verified at every interval, also where the whole scan is due later.
 */
export async function keepWatching({ source, scan, run, openWatch }: WatchingOptions): Promise<void> {
  let wake: () => void = () => undefined;
  const watch = openSourceWatch(source, {
    isWanted: scan.watch,
    wake: () => wake(),
    ...(openWatch && { open: openWatch }),
  });
  const baseMs = scan.interval_s * 1000;
  let nextScanMs = 0;
  let nextCheckMs = 0;
  let lateDueMs = 0;
  source.late.onReady = () => wake();
  let calmScans = 0;
  let isSuspended = false;
  /** When the grace of the files that are missing now is over, however often something else wakes the loop until then. */
  let graceEndsMs: number | undefined;
  /** The first hint of the folders that are looked at now. */
  let lookedSinceMs: number | undefined;
  source.hintAgeMs = () => {
    const sinceMs = lookedSinceMs ?? watch.settling.oldestMs();
    return sinceMs === undefined ? 0 : performance.now() - sinceMs;
  };

  /** A failed look says nothing about the files; the whole source is looked at again a little later. */
  const look = async (options: ScanOptions): Promise<ScanSummary | undefined> => {
    try {
      const summary = await run(options);
      isSuspended = summary.suspended;
      nextCheckMs = performance.now() + baseMs;
      if (isSuspended) nextScanMs = 0;
      return summary;
    } catch (error) {
      source.log.warn({ alias: source.config.alias, err: error }, 'scan failed, trying again');
      nextScanMs = performance.now() + failedRetryMs;
      return undefined;
    }
  };

  const scanAll = async (): Promise<void> => {
    const wasSuspended = isSuspended;
    // the watches sit on what was mounted before
    if (isSuspended) await watch.stop();
    if (watch.isDue(performance.now())) {
      // nothing here waits for a root that hangs: it is asked in a thread first
      if (!(await look({ keys: [] }))) return;
      if (!isSuspended) await watch.start(performance.now());
    }
    const found: Difference[] = [];
    const startedMs = Date.now();
    const started = performance.now();
    const summary = await look({
      onFound: (differences) => found.push(...differences.slice(0, mostFound - found.length)),
    });
    if (!summary) return;
    if (isSuspended) {
      nextScanMs = performance.now() + Math.min(suspendedRetryMs, baseMs);
      return;
    }
    await watch.judge({ found, startedMs, endedMs: Date.now() });
    // back again: once more, so that nothing happens between this look and the new watches
    if (wasSuspended) return;
    calmScans = watch.isLive() && found.length === 0 && summary.described === 0 ? calmScans + 1 : 0;
    const tookMs = performance.now() - started;
    nextScanMs = performance.now() + nextScanInMs({ baseMs, tookMs, isWatched: watch.isLive(), calmScans });
  };

  try {
    while (!source.signal.aborted) {
      const nowMs = performance.now();
      if (watch.takeOverflow() || nowMs >= nextScanMs) {
        await scanAll();
        continue;
      }
      const oldestMs = watch.settling.oldestMs();
      const folders = isSuspended ? [] : watch.settling.takeDue(nowMs);
      if (folders.length > foldersAtOnce) {
        nextScanMs = 0;
        continue;
      }
      if (folders.length > 0) {
        lookedSinceMs = oldestMs;
        await look({ folders: folders.map(prefixOf) });
        lookedSinceMs = undefined;
        continue;
      }
      if (!isSuspended && source.late.isReady() && nowMs >= lateDueMs) {
        lateDueMs = (await look({ keys: [] })) ? 0 : performance.now() + failedRetryMs;
        continue;
      }
      if (nowMs >= nextCheckMs) {
        await look({ keys: [] });
        continue;
      }
      const missing = isSuspended ? [] : missingPaths(source.state, source.sourceNo, 10_000);
      if (missing.length === 0) graceEndsMs = undefined;
      else graceEndsMs ??= nowMs + Math.max(leastGraceMs, scan.delete_grace_ms) + timerEarlyMs;
      if (graceEndsMs !== undefined && nowMs >= graceEndsMs) {
        // look once more, then tell
        graceEndsMs = undefined;
        await look({ keys: missing.map(pathKey) });
        continue;
      }
      const dueMs = Math.min(
        watch.settling.nextDueMs() ?? Number.POSITIVE_INFINITY,
        nextScanMs,
        nextCheckMs,
        graceEndsMs ?? Number.POSITIVE_INFINITY,
      );
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const timer = new AbortController();
      const stop = AbortSignal.any([source.signal, timer.signal]);
      await Promise.race([
        woken,
        delay(Math.max(1, dueMs - performance.now()), undefined, { signal: stop }).catch(() => undefined),
      ]);
      timer.abort();
    }
  } finally {
    await watch.stop();
  }
}

function prefixOf(key: string): string {
  return key === '' ? '' : `${key}/`;
}

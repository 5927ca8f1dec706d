import { type FileStat, sameStat } from '../source/file-stat.ts';

/**
 * Whether a file may still be being written. A file is settled once its status has not changed for `settleMs`, judged by its
 * ctime when that is in the past, and by watching it when its clock is not ours. Pure: time is an argument.
 */
export interface Watched {
  stat: FileStat;
  /** When this status was first seen. */
  sinceMs: number;
}

/** How long to wait before looking again; 0 when settled. */
export function settleWaitMs(watched: Watched, nowMs: number, settleMs: number): number {
  const changedMs = watched.stat.ctimeMs > nowMs ? watched.sinceMs : Math.min(watched.stat.ctimeMs, watched.sinceMs);
  return Math.max(0, Math.ceil(changedMs + settleMs - nowMs));
}

/** What is known after another look. */
export function lookAgain(watched: Watched, stat: FileStat, nowMs: number): Watched {
  return sameStat(watched.stat, stat) ? watched : { stat, sinceMs: nowMs };
}

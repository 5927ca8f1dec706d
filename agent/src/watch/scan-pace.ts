/** How often a source is walked. Pure. */

/** A walk may take this share of the time at most, so that a huge or slow tree is not walked without end. */
const largestShare = 0.1;
/** What is watched and calm is walked this much more seldom, at most. */
const longestStretch = 8;

/**
 * Time until the next whole scan, in ms. `baseMs` is what the configuration asks for: it holds where only scans find changes. While
 * events tell everything, `calmScans` scans in a row that found nothing by themselves double it step by step.
 */
export function nextScanInMs(pace: {
  baseMs: number;
  /** How long the last whole scan took. */
  tookMs: number;
  isWatched: boolean;
  calmScans: number;
}): number {
  const stretch = pace.isWatched ? Math.min(2 ** pace.calmScans, longestStretch) : 1;
  return Math.max(pace.baseMs * stretch, pace.tookMs / largestShare);
}

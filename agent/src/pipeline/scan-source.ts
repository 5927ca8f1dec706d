import { randomBytes } from 'node:crypto';
import { extractVersion } from '../extract/described.ts';
import { undeleteMs } from '../identity/resolve-identity.ts';
import { pathKey } from '../source/file-stat.ts';
import type { Difference } from '../source/scan-diff.ts';
import { type WalkResult, walkSource } from '../source/walk-source.ts';
import { middleFolder } from '../state/known-files.ts';
import { buryMissing, countMissingScan, forgetTombstones, markMissing, missingPaths } from '../state/missing.ts';
import type { SourceReason } from '../state/rows.ts';
import type { SidecarChange } from '../state/sidecars.ts';
import {
  countSource,
  getSource,
  isCatalogued,
  markCatalogued,
  recordWalk,
  rootBirthMs,
  setOnDisk,
  setSourceState,
} from '../state/sources.ts';
import { drainQueue } from './drain-queue.ts';
import { followSidecars } from './follow-sidecars.ts';
import type { RunningSource } from './running-source.ts';

/** How a source stands after a scan: on_disk = catalogued + excluded + exceptions. */
export interface ScanSummary {
  on_disk: number;
  catalogued: number;
  excluded: number;
  exceptions: number;
  not_regular: number;
  unchanged: number;
  held_deletions: number;
  /** Known files below folders that could not be listed; their records stay as they are. */
  unverified: number;
  /** Described in this scan. */
  described: number;
  suspended: boolean;
  reason: SourceReason;
}

export interface ScanOptions {
  /** Paths to look at, one character a byte; undefined: the whole source. */
  keys?: string[];
  /** Folders to look at without going into those below that are known; each empty or ending in `/`. */
  folders?: string[];
  /** Told of every difference that the walk finds. */
  onFound?: (differences: readonly Difference[]) => void;
  /** Read this many unchanged files again, by turns: a replacement that left no trace in their status is found by its content. */
  verify?: number;
  /** Describe again what an older extraction described. */
  withOlderVersions?: boolean;
  /** Describe exceptions again though they did not change: this path, or all. */
  retry?: { path?: Uint8Array };
  /** A missing item is told as deleted after so long; undefined: after two looks, of which this scan takes the second itself. */
  deleteGraceMs?: number;
}

const goneAtOnce = 2000;
/** Sources with so many files are walked by two threads. */
const worthSplitting = 20_000;
/** More missing items than this are looked at again by a whole walk instead of one by one. */
const secondLookPaths = 10_000;

/** Scans a source to its end: everything that it sees is settled, described and recorded when this resolves. */
export async function scanSource(source: RunningSource, options: ScanOptions = {}): Promise<ScanSummary> {
  const { state, sourceNo } = source;
  const first = await scanOncePart(source, options);
  if (first.kind !== 'done') return summaryOf(source, first, 0);
  if (options.deleteGraceMs === undefined) {
    const missing = missingPaths(state, sourceNo, secondLookPaths + 1);
    if (missing.length > 0) {
      const second = await scanOncePart(source, missing.length > secondLookPaths ? {} : { keys: missing.map(pathKey) });
      if (second.kind !== 'done') return summaryOf(source, second, first.described);
    }
  }
  const nowMs = Date.now();
  const goneBeforeMs = options.deleteGraceMs === undefined ? 0 : nowMs - options.deleteGraceMs;
  // a late file may be a missing one that moved, and so may one that is told of and not yet looked at
  const hintAgeMs = source.hintAgeMs();
  const missedBeforeMs = hintAgeMs === 0 ? Number.POSITIVE_INFINITY : nowMs - hintAgeMs;
  const { buried, held } =
    source.late.size() > 0
      ? { buried: 0, held: 0 }
      : buryMissing(state, sourceNo, { goneBeforeMs, missedBeforeMs, nowMs });
  forgetTombstones(state, sourceNo, nowMs - undeleteMs);
  if (held > 0) source.log.warn({ alias: source.config.alias, held }, 'deletions held until confirmed');
  if (buried > 0) source.log.info({ alias: source.config.alias, buried }, 'deletions recorded');
  return summaryOf(source, first, first.described);
}

type PartResult =
  | (WalkResult & { kind: 'suspended' | 'stopped' })
  | (WalkResult & { kind: 'done' } & { described: number });

async function scanOncePart(source: RunningSource, options: ScanOptions): Promise<PartResult> {
  const { state, sourceNo, queue, config } = source;
  const row = getSource(state, config.alias);
  const isWhole = options.keys === undefined && options.folders === undefined;
  queue.clear();
  const goneSidecars: SidecarChange[] = [];
  if (isWhole) setSourceState(state, sourceNo, 'scanning', 'none');
  const startedMs = performance.now();
  const walked = await walkSource({
    splitAt: isWhole && row.on_disk >= worthSplitting ? middleFolder(state, sourceNo, randomBytes(16)) : undefined,
    dataDir: source.dataDir,
    sourceNo,
    root: config.folder,
    include: config.include,
    exclude: config.exclude,
    marker: config.marker,
    followLinks: config.follow_links,
    known:
      row.root_dev === null || row.root_ino === null
        ? undefined
        : {
            dev: row.root_dev,
            ino: row.root_ino,
            fsType: row.root_fs_type ?? 0,
            birthMs: rootBirthMs(state, sourceNo),
          },
    keys: options.keys,
    folders: options.folders,
    threadUrl: source.threadUrl,
    hangMs: source.hangMs,
    signal: source.signal,
    withSidecars: source.policy.level === 'rich',
    onBatch(differences, sidecars, filesSeen) {
      queue.add(differences);
      source.sidecars.put(sidecars.filter(({ kind }) => kind === 'said'));
      goneSidecars.push(...sidecars.filter(({ kind }) => kind === 'gone'));
      options.onFound?.(differences);
      const filesPerSecond = (filesSeen * 1000) / Math.max(1, performance.now() - startedMs);
      source.onProgress({ alias: config.alias, phase: 'walking', files: filesSeen, total: filesSeen, filesPerSecond });
    },
  });
  if (walked.kind !== 'done') {
    queue.clear();
    if (walked.kind === 'suspended') {
      setSourceState(state, sourceNo, 'suspended', walked.reason);
      source.log.warn({ alias: config.alias, reason: walked.reason }, 'source suspended');
    }
    return walked;
  }
  const { counts, identity } = walked;
  if (isWhole) {
    const { excluded, not_regular: notRegular } = counts;
    recordWalk(state, sourceNo, { ...identity, excluded, notRegular, nowMs: Date.now() });
    queue.addRetries({ extractVersion, withOlderVersions: options.withOlderVersions ?? false });
    if (options.verify !== undefined) queue.addSample(options.verify);
  }
  if (options.retry) queue.addExceptions(options.retry.path);
  for (let gone = queue.takeGone(goneAtOnce); gone.length > 0; gone = queue.takeGone(goneAtOnce)) {
    markMissing(state, sourceNo, gone, Date.now());
    await new Promise(setImmediate); // others get their turn: a whole tree may be gone
  }
  if (isWhole || (options.keys?.length ?? 0) > 0) countMissingScan(state, sourceNo);
  source.sidecars.put(goneSidecars);
  // a first catalogue is whole, and whoever asks for one scan or for one file is told how it ends
  const isPatient =
    options.deleteGraceMs === undefined || options.retry !== undefined || !isCatalogued(state, sourceNo);
  const { described, vanished } = await drainQueue(source, isPatient);
  const faulty = await followSidecars(source);
  if (faulty > 0) source.log.warn({ alias: config.alias, exceptions: faulty }, 'sidecar files with a fault');
  await new Promise(setImmediate); // counting a million rows takes a while, and so does what comes after it
  const standing = countSource(state, sourceNo);
  const accounted = standing.catalogued + standing.exceptions + standing.pending + standing.excluded;
  setOnDisk(state, sourceNo, isWhole ? counts.on_disk - vanished - source.late.newSize() : accounted);
  setSourceState(state, sourceNo, 'live', 'none');
  if (isWhole && !source.signal.aborted) markCatalogued(state, sourceNo);
  await new Promise(setImmediate);
  return source.signal.aborted ? { kind: 'stopped' } : { ...walked, described };
}

function summaryOf(source: RunningSource, result: PartResult, described: number): ScanSummary {
  const { pending: _, ...counts } = countSource(source.state, source.sourceNo);
  const { reason } = getSource(source.state, source.config.alias);
  source.onProgress({
    alias: source.config.alias,
    phase: 'idle',
    files: described,
    total: described,
    filesPerSecond: 0,
  });
  return {
    ...counts,
    unchanged: result.kind === 'done' ? result.counts.unchanged : 0,
    unverified: result.kind === 'done' ? result.counts.unverified_rows : 0,
    described,
    suspended: result.kind === 'suspended',
    reason,
  };
}

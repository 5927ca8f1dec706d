/**
 * Takes what a scan queued, through settling, description and identity, into the catalogue. Changed files go first: a new
 * file may be an item that one of them displaced.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Described, extractVersion } from '../extract/described.ts';
import { resolveIdentity, undeleteMs } from '../identity/resolve-identity.ts';
import type { Facts } from '../record/facts.ts';
import { type FileStat, pathKey } from '../source/file-stat.ts';
import type { FileChange, Found } from '../state/files.ts';
import type { QueuedFile } from '../state/scan-queue.ts';
import { settleWaitMs } from '../watch/settle-file.ts';
import { untilRoom } from './await-room.ts';
import { gatherPartners } from './find-partners.ts';
import type { DescribedFile } from './late-files.ts';
import type { RunningSource } from './running-source.ts';
import { lookAtAll, maxRounds, type Young } from './young-files.ts';

/** Files of one transaction; each costs one flush to disk. */
const batchFiles = 200;
/** New files are described while others are written, and a decoder that is done with one batch begins the next. */
const batchesAhead = 2;

type WatchedFile = Pick<QueuedFile, 'path' | 'stat'> & { isNew: boolean };

/**
 * @param isPatient waits for files whose decoder is busy for long; else they are taken in by the next call after they are done.
 * @returns how many queued new files were gone before they could be described.
 */
export async function drainQueue(
  source: RunningSource,
  isPatient: boolean,
): Promise<{ described: number; vanished: number }> {
  const total = source.queue.size();
  const startedMs = performance.now();
  const young: Young[] = [];
  const { late } = source;
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<DescribedFile[]>((resolve) => {
    onAbort = () => resolve([]);
  });
  source.signal.addEventListener('abort', onAbort, { once: true });
  let described = 0;
  let vanished = 0;

  try {
    for (const kind of ['changed', 'new'] as const) await drainKind(kind);
    await drainYoung();
    await recordLate(false);
    await drainYoung();
    await recordLate(true);
    return { described, vanished };
  } finally {
    source.signal.removeEventListener('abort', onAbort);
  }

  async function drainKind(kind: 'new' | 'changed'): Promise<void> {
    await untilRoom(source);
    const ahead = Array.from({ length: kind === 'new' ? batchesAhead : 1 }, () => describeNext(kind));
    for (;;) {
      const batch = await ahead.shift();
      if (!batch || source.signal.aborted) return;
      await untilRoom(source);
      batch.push(...late.take());
      if (kind === 'new') ahead.push(describeNext(kind));
      record(await withPartners(batch));
      if (kind === 'changed') ahead.push(describeNext(kind));
    }
  }

  async function recordLate(isLastTry: boolean): Promise<void> {
    do {
      const files = isPatient ? await untilAborted(late.takeAll()) : late.take();
      record(await withPartners(files), isLastTry);
    } while (isPatient && late.size() > 0 && !source.signal.aborted);
  }

  /** Nobody waits for the slowest, unless there is nothing else to do. */
  async function describeNext(kind: 'new' | 'changed'): Promise<DescribedFile[] | undefined> {
    const settled = takeSettled(kind);
    if (settled.length === 0) return undefined;
    return describe(settled.map((file) => ({ ...file, isNew: kind === 'new' })));
  }

  async function describe(files: readonly WatchedFile[]): Promise<DescribedFile[]> {
    return untilAborted(late.describe(files, describeFile, !isPatient || source.queue.size() > 0));
  }

  async function withPartners(batch: readonly DescribedFile[]): Promise<DescribedFile[]> {
    return gatherPartners(source, batch, (partners) => untilAborted(late.describe(partners, describeFile, true)));
  }

  function takeSettled(kind: 'new' | 'changed'): QueuedFile[] {
    const settled: QueuedFile[] = [];
    while (settled.length === 0) {
      const taken = source.queue.take(kind, batchFiles);
      if (taken.length === 0) return settled;
      const nowMs = Date.now();
      for (const file of taken) {
        if (late.has(pathKey(file.path))) continue;
        const watched = { stat: file.stat, sinceMs: nowMs };
        if (settleWaitMs(watched, nowMs, source.settleMs) === 0) settled.push(file);
        else young.push({ ...watched, path: file.path, kind, rounds: 0 });
      }
    }
    return settled;
  }

  /** Nothing once the signal aborts: a stop does not wait for slow pictures. */
  async function untilAborted(work: Promise<DescribedFile[]>): Promise<DescribedFile[]> {
    return source.signal.aborted ? [] : Promise.race([work, aborted]);
  }

  async function describeFile({ path, stat, isNew }: WatchedFile): Promise<DescribedFile> {
    const { described } = await describeOne(source, path, stat);
    return {
      path,
      stat,
      isNew,
      described,
      key: pathKey(path),
      dev: stat.dev,
      ino: stat.ino,
      hash: described.contentHash && Buffer.from(described.contentHash).toString('hex'),
    };
  }

  function record(batch: readonly DescribedFile[], isLastTry = false): void {
    if (source.signal.aborted) return;
    const nowMs = Date.now();
    const steady = batch.filter((file) => {
      if (isLastTry || file.described.kind !== 'exception' || file.described.code !== 'changed-while-reading')
        return true;
      const kind = file.isNew ? 'new' : 'changed';
      young.push({ path: file.path, stat: file.stat, sinceMs: nowMs, kind, rounds: 1 });
      return false;
    });
    described += recordBatch(source, steady, nowMs);
    report();
  }

  async function drainYoung(): Promise<void> {
    while (young.length > 0 && !source.signal.aborted) {
      const waits = young.map((file) => settleWaitMs(file, Date.now(), source.settleMs));
      const waitMs = Math.min(...waits);
      if (waitMs > 0) await delay(waitMs, undefined, { signal: source.signal }).catch(() => undefined);
      const due = await lookAtAll(source.config, young.splice(0));
      const ready: Young[] = [];
      for (const { file, now } of due) {
        if (!now) {
          if (file.kind === 'new') vanished++;
          continue;
        }
        const isMoving = settleWaitMs(now, Date.now(), source.settleMs) > 0 && now.rounds < maxRounds;
        (isMoving ? young : ready).push(now);
      }
      for (let at = 0; at < ready.length; at += batchFiles) {
        const part = ready.slice(at, at + batchFiles);
        const batch = await describe(part.map((file) => ({ ...file, isNew: file.kind === 'new' })));
        const steady: DescribedFile[] = [];
        for (const file of batch) {
          const before = part.find(({ path }) => path.equals(file.path));
          if (before && isChanging(file) && before.rounds < maxRounds) {
            young.push({ ...before, rounds: before.rounds + 1 });
          } else steady.push(file);
        }
        record(await withPartners(steady), true);
      }
    }
  }

  function report(): void {
    const seconds = (performance.now() - startedMs) / 1000;
    source.onProgress({
      alias: source.config.alias,
      phase: 'describing',
      files: described,
      total,
      filesPerSecond: seconds > 0 ? described / seconds : 0,
    });
  }
}

function isChanging(file: DescribedFile): boolean {
  return file.described.kind === 'exception' && file.described.code === 'changed-while-reading';
}

/** Describes one file, without decoding it again when its content turns out to be what an item already has facts of. */
async function describeOne(
  source: Pick<RunningSource, 'config' | 'known' | 'pool'>,
  path: Buffer,
  stat: FileStat,
): Promise<{ described: Described }> {
  const likely = source.known.atPath(path) ?? source.known.missingInode(stat.dev, stat.ino);
  const isKnown = likely?.content_hash && likely.facts && likely.extract_version === extractVersion;
  const described = await source.pool.describe({
    root: source.config.folder,
    followLinks: source.config.follow_links,
    path,
    expected: stat,
    timeZone: source.config.time_zone,
    knownHashes: isKnown ? [likely.content_hash as Buffer] : undefined,
  });
  return { described };
}

/** Resolves who is who in one batch and writes it. @returns how many files were written. */
function recordBatch(source: RunningSource, batch: readonly DescribedFile[], nowMs: number): number {
  if (batch.length === 0) return 0;
  const candidates = source.known.candidates(
    batch.map((file) => ({ path: file.path, hash: file.described.contentHash })),
    nowMs - undeleteMs,
  );
  const { decisions, displaced } = resolveIdentity(batch, candidates, nowMs);
  const changes: FileChange[] = [];
  for (const decision of decisions) {
    const row = decision.kind === 'new' ? undefined : decision.item.row;
    const found = foundIn(source, decision.file.described, row?.facts ?? null, row?.content_hash ?? null);
    // what could not be looked at just now keeps its record: absence of knowledge changes nothing
    if (!found || (row?.status === 'catalogued' && isTransient(found))) continue;
    changes.push({
      kind: decision.kind,
      itemKey: row?.item_key,
      path: decision.file.path,
      stat: decision.file.stat,
      found,
    });
  }
  source.writer.write(
    changes,
    displaced.map((item) => item.row.item_key),
    nowMs,
  );
  return batch.length;
}

function foundIn(
  source: RunningSource,
  described: Described,
  rowFacts: string | null,
  rowHash: Buffer | null,
): Found | undefined {
  if (described.kind === 'facts') return described;
  if (described.kind === 'exception')
    return { kind: 'exception', code: described.code, contentHash: described.contentHash };
  const isRow = rowHash !== null && Buffer.compare(rowHash, described.contentHash) === 0;
  const facts = (isRow ? rowFacts : null) ?? source.known.withFacts(described.contentHash)?.facts;
  // the item that had them is gone meanwhile: the next scan describes the file anew
  return facts ? { kind: 'facts', contentHash: described.contentHash, facts: JSON.parse(facts) as Facts } : undefined;
}

function isTransient(found: Found): boolean {
  return found.kind === 'exception' && (found.code === 'changed-while-reading' || found.code === 'unreadable');
}

/**
 * The walk of one source, in a thread of its own: verifies the root, compares the folder with the catalogue and sends only
 * the differences, at most a few batches ahead of the parent. Verifies the root again at the end: a mount that vanished
 * meanwhile looks like an empty folder.
 */
import { lstatSync, type Stats } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { knownChildren, knownFile, knownFiles, knownInRange, sampleFiles } from '../state/known-files.ts';
import { openState } from '../state/open-state.ts';
import { type FileStat, fileStat } from './file-stat.ts';
import { pathFilter } from './path-filter.ts';
import { type Difference, ScanDiff } from './scan-diff.ts';
import { verifyRoot } from './verify-root.ts';
import { listFolder, nameOf, type WalkVisitor, walkFolder } from './walk-folder.ts';
import type { WalkCounts, WalkJob, WalkMessage } from './walk-messages.ts';

const batchDifferences = 1000;
const batchesAhead = 4;
const filesAProgress = 20_000;

function runWalk(job: WalkJob, send: (message: WalkMessage) => void): void {
  const state = openState(job.dataDir, { readonly: true });
  try {
    const sample = sampleFiles(state, job.sourceNo, job.sampleFrom);
    const before = verifyRoot(job.root, job.known, sample, job.marker);
    send(before);
    if (before.kind === 'suspended') return;
    const counts: WalkCounts = {
      on_disk: 0,
      excluded: 0,
      not_regular: 0,
      unchanged: 0,
      other_mounts: 0,
      unlistable_folders: 0,
      unverified_rows: 0,
    };
    const flow = new Flow(job.shared, send, counts);
    const isTaken = pathFilter(job.include, job.exclude);
    const rootDev = before.identity.dev;
    if (job.keys === undefined && job.folders === undefined) {
      const known = knownInRange(state, job.sourceNo, job.range);
      const diff = new ScanDiff(known, (difference) => flow.push(difference));
      walkFolder(job.root, '', rootDev, visitorOf(diff, counts, isTaken, flow, job.range.from), job.range);
      finish(diff, counts);
    } else {
      for (const key of outermost(job.keys ?? [])) lookAt(key);
      for (const prefix of new Set(job.folders)) lookInto(prefix);
    }
    flow.flush();
    const after = verifyRoot(job.root, before.identity, sample, job.marker);
    send(after.kind === 'suspended' ? after : { kind: 'done', counts });

    function lookAt(key: string): void {
      const stat = statOf(job.root, key);
      if (stat === 'unknown' || isOnOtherMount(parentOf(key))) return;
      const prefix = `${key}/`;
      if (stat?.isDirectory()) {
        const diff = new ScanDiff(knownFiles(state, job.sourceNo, prefix), (difference) => flow.push(difference));
        const visitor = visitorOf(diff, counts, isTaken, flow);
        if (stat.dev !== rootDev) visitor.otherMount(prefix);
        else walkFolder(job.root, prefix, stat.dev, visitor);
        finish(diff, counts);
      } else {
        for (const { key: below } of knownFiles(state, job.sourceNo, prefix)) flow.push({ kind: 'gone', key: below });
      }
      const row = knownFile(state, job.sourceNo, key);
      const one = new ScanDiff((row ? [row] : []).values(), (difference) => flow.push(difference));
      if (stat?.isFile()) visitorOf(one, counts, isTaken, flow).file(key, fileStat(stat));
      finish(one, counts);
    }
    /** Whether the nearest folder that exists at or above `key` is another file system's: what is not there is not gone. */
    function isOnOtherMount(key: string): boolean {
      for (let at = key; at !== ''; at = parentOf(at)) {
        const stat = statOf(job.root, at);
        if (stat === 'unknown') return true;
        if (stat) return stat.dev !== rootDev;
      }
      return false;
    }
    /** Compares the files of one folder, walks folders below it that have no known file, and finds known ones gone. */
    function lookInto(prefix: string): void {
      const stat = statOf(job.root, prefix === '' ? '' : prefix.slice(0, -1));
      if (stat === 'unknown' || isOnOtherMount(prefix.slice(0, -1))) return;
      if (prefix !== '' && !stat?.isDirectory()) {
        lookAt(prefix.slice(0, -1));
        return;
      }
      const listed = listFolder(job.root, prefix);
      if (!listed) return;
      const diff = new ScanDiff(
        knownChildren(state, job.sourceNo, prefix, (name) => listed.folders.has(name)),
        (difference) => flow.push(difference),
      );
      const visitor = visitorOf(diff, counts, isTaken, flow);
      for (const [name, fileStat] of listed.files) visitor.file(prefix + name, fileStat);
      finish(diff, counts);
      for (const name of listed.folders) {
        const isNew = knownFiles(state, job.sourceNo, `${prefix}${name}/`).next().done;
        if (isNew) lookAt(prefix + name);
      }
    }
  } finally {
    state.close();
  }
}

/** @param from where this thread's part begins: folders above it are counted by the thread before. */
function visitorOf(
  diff: ScanDiff,
  counts: WalkCounts,
  isTaken: (key: string) => boolean,
  flow: Flow,
  from = '',
): WalkVisitor {
  return {
    file(key: string, stat: FileStat) {
      counts.on_disk++;
      if (counts.on_disk % filesAProgress === 0) flow.flush();
      if (isTaken(key)) diff.seen(key, stat);
      else counts.excluded++;
    },
    notRegular() {
      counts.not_regular++;
    },
    otherMount(prefix) {
      if (prefix >= from) counts.other_mounts++;
      diff.unlistable(prefix);
    },
    unlistable(prefix) {
      if (prefix >= from) counts.unlistable_folders++;
      diff.unlistable(prefix);
    },
  };
}

function finish(diff: ScanDiff, counts: WalkCounts): void {
  diff.end();
  counts.unchanged += diff.unchanged;
  counts.unverified_rows += diff.unverifiedRows;
  counts.on_disk += diff.unverifiedRows;
}

function statOf(root: string, key: string): Stats | undefined | 'unknown' {
  try {
    return lstatSync(nameOf(root, key), { throwIfNoEntry: false });
  } catch {
    return 'unknown';
  }
}

function parentOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

/** The keys without those below another one. */
function outermost(keys: readonly string[]): string[] {
  const wanted = new Set(keys);
  return [...wanted].filter((key) => {
    for (let at = key.lastIndexOf('/'); at > 0; at = key.lastIndexOf('/', at - 1)) {
      if (wanted.has(key.slice(0, at))) return false;
    }
    return true;
  });
}

/** Sends differences in batches and waits while the parent is behind. */
class Flow {
  readonly #taken: Int32Array;
  readonly #send: (message: WalkMessage) => void;
  readonly #counts: WalkCounts;
  #batch: Difference[] = [];
  #sent = 0;

  constructor(shared: SharedArrayBuffer, send: (message: WalkMessage) => void, counts: WalkCounts) {
    this.#taken = new Int32Array(shared);
    this.#send = send;
    this.#counts = counts;
  }

  push(difference: Difference): void {
    this.#batch.push(difference);
    if (this.#batch.length >= batchDifferences) this.flush();
  }

  flush(): void {
    this.#send({ kind: 'batch', differences: this.#batch, filesSeen: this.#counts.on_disk });
    this.#batch = [];
    this.#sent++;
    for (;;) {
      if (Atomics.load(this.#taken, 1) === 1) throw new Error('the walk was told to stop');
      const taken = Atomics.load(this.#taken, 0);
      if (this.#sent - taken < batchesAhead) return;
      Atomics.wait(this.#taken, 0, taken, 1000);
    }
  }
}

runWalk(workerData as WalkJob, (message) => parentPort?.postMessage(message));

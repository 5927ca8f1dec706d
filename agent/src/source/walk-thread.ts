/**
 * The walk of one source, in a thread of its own: verifies the root, compares the folder with the catalogue and sends only
 * the differences, at most a few batches ahead of the parent. Verifies the root again at the end: a mount that vanished
 * meanwhile looks like an empty folder.
 */
import { lstatSync, type Stats } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { isSidecarName, pictureOf } from '../record/sidecar.ts';
import {
  type KnownTable,
  knownChildren,
  knownFile,
  knownFiles,
  knownInRange,
  sampleFiles,
} from '../state/known-files.ts';
import { openState } from '../state/open-state.ts';
import type { SidecarChange } from '../state/sidecars.ts';
import { type FileStat, fileStat } from './file-stat.ts';
import { followLinksIn } from './follow-link.ts';
import { exclusion, pathFilter } from './path-filter.ts';
import { readSidecarFile } from './read-sidecar.ts';
import { type Difference, type KnownFile, ScanDiff } from './scan-diff.ts';
import { verifyRoot } from './verify-root.ts';
import { listFolder, nameOf, type WalkVisitor, walkFolder } from './walk-folder.ts';
import type { WalkCounts, WalkJob, WalkMessage } from './walk-messages.ts';

const batchDifferences = 1000;
/** Each holds what the file says, and is written one by one. */
const batchSidecars = 200;
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
    const isLeftOut = exclusion(job.exclude);
    const links = job.followLinks ? followLinksIn(job.root, isLeftOut) : undefined;
    const rootDev = before.identity.dev;
    const compare = (rows: (table: KnownTable) => Iterator<KnownFile>) =>
      new Comparison(job, { counts, isTaken, isLeftOut, flow }, rows);
    if (job.keys === undefined && job.folders === undefined) {
      const whole = compare((table) => knownInRange(state, job.sourceNo, job.range, table));
      walkFolder(job.root, '', rootDev, whole, { range: job.range, links });
      whole.end();
    } else {
      for (const key of outermost(job.keys ?? [])) lookAt(key);
      for (const prefix of new Set(job.folders)) lookInto(prefix);
    }
    flow.flush();
    const after = verifyRoot(job.root, before.identity, sample, job.marker);
    send(after.kind === 'suspended' ? after : { kind: 'done', counts });

    function lookAt(key: string): void {
      const followed = links?.(key);
      if (followed === 'unknown') return;
      const behind = typeof followed === 'object' ? followed : undefined;
      const stat = behind?.stat ?? (followed === 'none' ? undefined : statOf(job.root, key));
      if (stat === 'unknown' || isOnOtherMount(parentOf(key))) return;
      const prefix = `${key}/`;
      if (stat?.isDirectory()) {
        const folder = compare((table) => knownFiles(state, job.sourceNo, prefix, table));
        if (stat.dev !== rootDev) folder.otherMount(prefix);
        else walkFolder(job.root, prefix, stat.dev, folder, { links, realPrefix: behind && `${behind.realKey}/` });
        folder.end();
      } else {
        // all that was known below it is gone
        compare((table) => knownFiles(state, job.sourceNo, prefix, table)).end();
      }
      const one = compare((table) => {
        const row = knownFile(state, job.sourceNo, key, table);
        return (row ? [row] : []).values();
      });
      if (stat?.isFile()) one.file(key, fileStat(stat), behind?.realKey);
      one.end();
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
      const listed = listFolder(job.root, prefix, links);
      if (!listed) return;
      const children = compare((table) =>
        knownChildren(state, job.sourceNo, prefix, (name) => listed.folders.has(name), table),
      );
      for (const [name, fileStat] of listed.files) children.file(prefix + name, fileStat);
      children.end();
      for (const name of listed.folders) {
        const isNew = knownFiles(state, job.sourceNo, `${prefix}${name}/`).next().done;
        if (isNew) lookAt(prefix + name);
      }
    }
  } finally {
    state.close();
  }
}

interface ComparisonParts {
  counts: WalkCounts;
  isTaken: (key: string) => boolean;
  /** Whether a place is left out, asked about what links lead to. */
  isLeftOut: (key: string) => boolean;
  flow: Flow;
}

/** Compares one walk with the known pictures and, where these are wanted, the known sidecar files. */
class Comparison implements WalkVisitor {
  readonly #diff: ScanDiff;
  readonly #sidecars: ScanDiff | undefined;
  readonly #counts: WalkCounts;
  readonly #isTaken: (key: string) => boolean;
  readonly #isLeftOut: (key: string) => boolean;
  readonly #flow: Flow;
  /** Where this thread's part begins: folders above it are counted by the thread before. */
  readonly #from: string;

  /** @param rows known rows of a table below where is walked, in byte order. */
  constructor(
    job: WalkJob,
    { counts, isTaken, isLeftOut, flow }: ComparisonParts,
    rows: (table: KnownTable) => Iterator<KnownFile>,
  ) {
    this.#counts = counts;
    this.#isTaken = isTaken;
    this.#isLeftOut = isLeftOut;
    this.#flow = flow;
    this.#from = job.range.from;
    this.#diff = new ScanDiff(rows('items'), (difference) => flow.push(difference));
    if (!job.withSidecars) return;
    this.#sidecars = new ScanDiff(rows('sidecars'), (difference) => {
      const { key } = difference;
      if (difference.kind === 'gone') flow.pushSidecar({ kind: 'gone', key });
      else
        flow.pushSidecar({
          kind: 'said',
          key,
          stat: difference.stat,
          sidecar: readSidecarFile(job.root, key, job.followLinks),
        });
    });
  }

  file(key: string, stat: FileStat, realKey?: string): void {
    this.#counts.on_disk++;
    if (this.#counts.on_disk % filesAProgress === 0) this.#flow.flush();
    // a sidecar is no picture that failed: it belongs to one
    const isSidecar = isSidecarName(key);
    // what is left out at its own place is not taken in under the name of a link
    const isLeftOut = realKey !== undefined && this.#isLeftOut(realKey);
    if (isSidecar && !isLeftOut && this.#isTaken(pictureOf(key))) this.#sidecars?.seen(key, stat);
    if (!isSidecar && !isLeftOut && this.#isTaken(key)) this.#diff.seen(key, stat);
    else this.#counts.excluded++;
  }

  unverifiable(key: string): void {
    this.#diff.unverifiable(key);
    this.#sidecars?.unverifiable(key);
  }

  notRegular(): void {
    this.#counts.not_regular++;
  }

  otherMount(prefix: string): void {
    if (prefix >= this.#from) this.#counts.other_mounts++;
    this.#passOver(prefix);
  }

  unlistable(prefix: string): void {
    if (prefix >= this.#from) this.#counts.unlistable_folders++;
    this.#passOver(prefix);
  }

  /** The walk is over. */
  end(): void {
    this.#diff.end();
    this.#sidecars?.end();
    this.#counts.unchanged += this.#diff.unchanged;
    this.#counts.unverified_rows += this.#diff.unverifiedRows;
    this.#counts.on_disk += this.#diff.unverifiedRows;
  }

  #passOver(prefix: string): void {
    this.#diff.unlistable(prefix);
    this.#sidecars?.unlistable(prefix);
  }
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
  #sidecars: SidecarChange[] = [];
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

  pushSidecar(change: SidecarChange): void {
    this.#sidecars.push(change);
    if (this.#sidecars.length >= batchSidecars) this.flush();
  }

  flush(): void {
    const [differences, sidecars] = [this.#batch, this.#sidecars];
    this.#send({ kind: 'batch', differences, sidecars, filesSeen: this.#counts.on_disk });
    this.#batch = [];
    this.#sidecars = [];
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

import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { SidecarChange } from '../state/sidecars.ts';
import { isHanging, noteAnswered, noteHanging } from './hanging.ts';
import type { KeyRange } from './key-range.ts';
import type { Difference } from './scan-diff.ts';
import type { RootFailure, RootIdentity } from './verify-root.ts';
import type { WalkCounts, WalkJob, WalkMessage } from './walk-messages.ts';

export type WalkResult =
  | { kind: 'done'; identity: RootIdentity; counts: WalkCounts }
  | { kind: 'suspended'; reason: RootFailure | 'root-hanging' }
  | { kind: 'stopped' };

export interface WalkOptions extends Omit<WalkJob, 'shared' | 'sampleFrom' | 'range'> {
  /** A folder's key: what sorts before it and the rest are walked by a thread each. */
  splitAt: string | undefined;
  /** The built `walk-thread.js`. */
  threadUrl: URL;
  /** A file system that gives no sign for so long counts as hanging. */
  hangMs: number;
  signal: AbortSignal;
  /** Takes one batch; the walk does not run further ahead than a few. */
  onBatch: (differences: Difference[], sidecars: SidecarChange[], filesSeen: number) => void;
}

/** A walk holds one folder's names and one chunk of rows; without a limit its heap grows to hundreds of megabytes before it is swept. */
const resourceLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 192 };

/** Walks a source and hands over what differs from the catalogue. Never throws for the state of the folder. */
export async function walkSource(options: WalkOptions): Promise<WalkResult> {
  const { splitAt, onBatch, signal, ...walk } = options;
  if (isHanging(walk.root)) return { kind: 'suspended', reason: 'root-hanging' };
  if (signal.aborted) return { kind: 'stopped' };
  const ranges =
    splitAt === undefined
      ? [wholeRange]
      : [
          { from: '', to: splitAt },
          { from: splitAt, to: '' },
        ];
  // what one part finds out about the root holds for all of it
  const failed = new AbortController();
  const filesSeen = ranges.map(() => 0);
  const results = await Promise.all(
    ranges.map(async (range, part) => {
      const work = walkPart({
        ...walk,
        range,
        signal: AbortSignal.any([signal, failed.signal]),
        onBatch(differences, sidecars, seen) {
          filesSeen[part] = seen;
          onBatch(
            differences,
            sidecars,
            filesSeen.reduce((sum, each) => sum + each, 0),
          );
        },
      });
      work.catch(() => failed.abort());
      const result = await work;
      if (result.kind !== 'done') failed.abort();
      return result;
    }),
  );
  const [first] = results.toSorted((a, b) => severity[b.kind] - severity[a.kind]);
  if (first?.kind !== 'done') return first ?? { kind: 'stopped' };
  return { ...first, counts: results.reduce((sum, result) => addCounts(sum, result), emptyCounts) };
}

const severity = { done: 0, stopped: 1, suspended: 2 } as const;
const wholeRange: KeyRange = { from: '', to: '' };
const emptyCounts: WalkCounts = {
  on_disk: 0,
  excluded: 0,
  not_regular: 0,
  unchanged: 0,
  other_mounts: 0,
  unlistable_folders: 0,
  unverified_rows: 0,
};

function addCounts(sum: WalkCounts, result: WalkResult): WalkCounts {
  if (result.kind !== 'done') return sum;
  const names = Object.keys(sum) as (keyof WalkCounts)[];
  return Object.fromEntries(names.map((name) => [name, sum[name] + result.counts[name]])) as unknown as WalkCounts;
}

type PartOptions = Omit<WalkOptions, 'splitAt'> & { range: KeyRange };

function walkPart(options: PartOptions): Promise<WalkResult> {
  const { threadUrl, hangMs, signal, onBatch, ...job } = options;
  return new Promise((resolve, reject) => {
    const shared = new SharedArrayBuffer(8);
    const counters = new Int32Array(shared);
    const data: WalkJob = { ...job, shared, sampleFrom: randomBytes(16) };
    const worker = new Worker(threadUrl, { workerData: data, env: {}, execArgv: [], resourceLimits });
    let identity: RootIdentity | undefined;
    let watchdog: NodeJS.Timeout;
    const stop = () => {
      Atomics.store(counters, 1, 1);
      Atomics.notify(counters, 0);
      settle({ kind: 'stopped' });
    };
    const settle = (result: WalkResult) => {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', stop);
      resolve(result);
    };
    const expectSign = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => {
        noteHanging(job.root);
        Atomics.store(counters, 1, 1);
        worker.unref();
        settle({ kind: 'suspended', reason: 'root-hanging' });
      }, hangMs);
    };
    expectSign();
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', (message: WalkMessage) => {
      if (Atomics.load(counters, 1) === 1) return;
      expectSign();
      if (message.kind === 'verified') identity = message.identity;
      if (message.kind === 'batch') {
        onBatch(message.differences, message.sidecars, message.filesSeen);
        Atomics.add(counters, 0, 1);
        Atomics.notify(counters, 0);
      }
      if (message.kind === 'suspended') settle(message);
      if (message.kind === 'done' && identity) settle({ kind: 'done', identity, counts: message.counts });
    });
    worker.on('error', (error) => {
      clearTimeout(watchdog);
      reject(error);
    });
    worker.on('exit', () => {
      noteAnswered(job.root);
      settle({ kind: 'stopped' });
    });
  });
}

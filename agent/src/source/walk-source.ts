import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { SidecarChange } from '../state/sidecars.ts';
import type { Difference } from './scan-diff.ts';
import type { RootFailure, RootIdentity } from './verify-root.ts';
import type { WalkCounts, WalkJob, WalkMessage } from './walk-messages.ts';

export type WalkResult =
  | { kind: 'done'; identity: RootIdentity; counts: WalkCounts }
  | { kind: 'suspended'; reason: RootFailure | 'root-hanging' }
  | { kind: 'stopped' };

export interface WalkOptions extends Omit<WalkJob, 'shared' | 'sampleFrom'> {
  /** The built `walk-thread.js`. */
  threadUrl: URL;
  /** A file system that gives no sign for so long counts as hanging. */
  hangMs: number;
  signal: AbortSignal;
  /** Takes one batch; the walk does not run further ahead than a few. */
  onBatch: (differences: Difference[], sidecars: SidecarChange[], filesSeen: number) => void;
}

/** Roots whose last thread still sits in a system call: another one would only join it. */
const hanging = new Set<string>();

/** Whether a thread of this process sits in a file system that hangs: the process then ends by a signal only. */
export function isRootHanging(): boolean {
  return hanging.size > 0;
}

/** Walks a source and hands over what differs from the catalogue. Never throws for the state of the folder. */
export function walkSource(options: WalkOptions): Promise<WalkResult> {
  const { threadUrl, hangMs, signal, onBatch, ...job } = options;
  if (hanging.has(job.root)) return Promise.resolve({ kind: 'suspended', reason: 'root-hanging' });
  if (signal.aborted) return Promise.resolve({ kind: 'stopped' });
  return new Promise((resolve, reject) => {
    const shared = new SharedArrayBuffer(8);
    const counters = new Int32Array(shared);
    const data: WalkJob = { ...job, shared, sampleFrom: randomBytes(16) };
    const worker = new Worker(threadUrl, { workerData: data, env: {}, execArgv: [] });
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
        hanging.add(job.root);
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
      hanging.delete(job.root);
      settle({ kind: 'stopped' });
    });
  });
}

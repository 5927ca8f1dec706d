import { Worker } from 'node:worker_threads';
import { compareHashes } from './compare-hashes.ts';
import type { Compared, CompareMessage, CompareTask } from './compare-messages.ts';
import { type LongWork, takeTurns } from './take-turns.ts';

/** Fewer hashes are compared before a thread has started. */
const fewHashes = 10_000;
/** Threads at once; who comes later waits for one to end. */
const mostThreads = 2;

/** Its tables are no garbage, and the rest is little. */
const maxYoungGenerationSizeMb = 8;

/** The built thread: beside this file, or in the last build when the program runs from its source, as tests do. */
const threadUrl = new URL('./compare-thread.js', import.meta.url.replace('/cloud-api/src/', '/cloud-api/dist/'));

const waiting: (() => void)[] = [];
let running = 0;

/** Compares without holding up requests: few hashes between them, many in a thread. @throws the signal's reason when it aborts */
export async function compareAside(task: CompareTask, work: LongWork): Promise<Compared> {
  if (task.hi.length <= fewHashes) return takeTurns(compareHashes(task), task.hi.length, work);
  if (running >= mostThreads) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    work.signal?.throwIfAborted();
    return await compareInThread(task, work);
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** Hands the task over: its columns are empty afterwards. @throws the signal's reason when it aborts, after the thread is gone */
export async function compareInThread(task: CompareTask, work: LongWork): Promise<Compared> {
  const total = task.hi.length;
  const transferList = [task.hi.buffer, task.lo.buffer, task.ids.buffer] as ArrayBuffer[];
  const worker = new Worker(threadUrl, {
    workerData: task,
    transferList,
    env: {},
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb },
  });
  const stop = (): void => void worker.terminate();
  work.signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<Compared>((resolve, reject) => {
      worker.on('message', (message: CompareMessage) => {
        if ('compared' in message) resolve(message.compared);
        else work.onProgress?.(message.done / total);
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(work.signal?.reason ?? new Error('the comparing thread ended early')));
    });
  } finally {
    work.signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

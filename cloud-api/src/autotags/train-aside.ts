import { Worker } from 'node:worker_threads';
import type { Classifier, TrainingSet } from './train-classifier.ts';

/** The built thread: beside this file, or in the last build when the program runs from its source, as tests do. */
const threadUrl = new URL('./train-thread.js', import.meta.url.replace('/cloud-api/src/', '/cloud-api/dist/'));

/**
 * Trains in a thread of its own, so that requests are answered meanwhile. Hands the set over: its columns are empty afterwards.
 * @throws the signal's reason when it aborts, after the thread is gone
 */
export async function trainAside(set: TrainingSet, signal?: AbortSignal): Promise<Classifier> {
  signal?.throwIfAborted();
  const transferList = [set.rows.buffer, set.isPositive.buffer] as ArrayBuffer[];
  const worker = new Worker(threadUrl, { workerData: set, transferList, env: {}, execArgv: [] });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<Classifier>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(signal?.reason ?? new Error('the training thread ended early')));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

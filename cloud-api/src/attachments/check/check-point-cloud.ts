import { Worker } from 'node:worker_threads';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { PointCloudSummary } from '@nucleus/shared/wire/scenes';
import { limitConcurrency } from '../limit-concurrency.ts';
import type { StagedFile } from '../store/stage-file.ts';
import type { PointCloud } from './read-point-cloud.ts';

const mostBytes = 64 * 1024 * 1024;
const resourceLimits = { maxOldGenerationSizeMb: 1_536, maxYoungGenerationSizeMb: 64 };
/** The built thread: beside this file, or in the last build when the program runs from its source, as tests do. */
const threadUrl = new URL('./point-cloud-thread.js', import.meta.url.replace('/cloud-api/src/', '/cloud-api/dist/'));
/** Threads of one process at once. */
const inTurn = limitConcurrency(2);

/** Reads a point cloud and tells what it holds. @throws AppError `attachment-refused` with what is wrong; the signal's reason */
export async function checkPointCloud(file: StagedFile, signal: AbortSignal): Promise<PointCloudSummary> {
  if (file.bytes > mostBytes)
    throw new AppError('attachment-refused', `The point cloud is larger than ${mostBytes / 1024 / 1024} MB.`);
  const read = await inTurn(() => readAside(file.path, signal), signal);
  if (typeof read === 'string') throw new AppError('attachment-refused', read);
  return { ...read, bytes: file.bytes, sha256: file.sha256 };
}

async function readAside(path: string, signal: AbortSignal): Promise<PointCloud | string> {
  const worker = new Worker(threadUrl, { workerData: path, resourceLimits, env: {}, execArgv: [] });
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve('The point cloud is too large to be read.');
        else reject(error);
      });
      worker.once('exit', () => reject(signal.reason ?? new Error('the reading thread ended early')));
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

/** Compares perceptual hashes in a thread of its own: a million of them take seconds and tables that are built in one go. */
import { parentPort, workerData } from 'node:worker_threads';
import { compareHashes } from './compare-hashes.ts';
import type { CompareMessage, CompareTask } from './compare-messages.ts';

const progressEveryMs = 250;

const tell = (message: CompareMessage, moved: ArrayBuffer[] = []): void => parentPort?.postMessage(message, moved);
const steps = compareHashes(workerData as CompareTask);
let toldAt = performance.now();
for (let step = steps.next(); ; step = steps.next()) {
  if (step.done) {
    const { places, starts, ids } = step.value;
    tell({ compared: step.value }, [places.buffer, starts.buffer, ids.buffer] as ArrayBuffer[]);
    break;
  }
  if (performance.now() - toldAt < progressEveryMs) continue;
  toldAt = performance.now();
  tell({ done: step.value });
}

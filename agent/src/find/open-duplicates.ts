import { Worker } from 'node:worker_threads';
import type { DuplicatesMessage } from './find-messages.ts';

/** How far the search for duplicates is; groups as rowids, the largest first. */
export interface DuplicatesStand {
  state: 'counting' | 'done';
  compared: number;
  hashes: number;
  tookMs: number;
  groups: readonly Float64Array[];
}

export interface DuplicatesFinder {
  /** Starts when nothing of this threshold is known for the catalogue as it is; gives up what another threshold had begun. */
  ask(threshold: number): DuplicatesStand;
  close(): Promise<void>;
}

/** @param threadUrl the built `duplicates-thread.js`. */
export function openDuplicates(dataDir: string, threadUrl: URL, changeStamp: () => string): DuplicatesFinder {
  let running: { threshold: number; stamp: string; from: number; stand: DuplicatesStand; thread: Worker } | undefined;

  const start = (threshold: number): DuplicatesStand => {
    void running?.thread.terminate();
    const from = performance.now();
    const thread = new Worker(threadUrl, {
      workerData: { dataDir, threshold },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    const mine = {
      threshold,
      stamp: changeStamp(),
      from,
      thread,
      stand: { state: 'counting', compared: 0, hashes: 0, tookMs: 0, groups: [] } as DuplicatesStand,
    };
    running = mine;
    thread.unref();
    thread.on('message', (message: DuplicatesMessage) => {
      const tookMs = performance.now() - from;
      mine.stand =
        message.kind === 'progress'
          ? { ...mine.stand, compared: message.compared, hashes: message.hashes, tookMs }
          : { state: 'done', compared: message.hashes, hashes: message.hashes, tookMs, groups: cut(message) };
    });
    // without a result the next question starts it anew
    thread.on('error', () => {
      if (running === mine) running = undefined;
    });
    return mine.stand;
  };

  return {
    ask(threshold) {
      const isFresh = running?.stand.state === 'counting' || running?.stamp === changeStamp();
      if (running && running.threshold === threshold && isFresh) return running.stand;
      return start(threshold);
    },
    async close() {
      await running?.thread.terminate();
    },
  };
}

function cut({ rows, sizes }: Extract<DuplicatesMessage, { kind: 'done' }>): Float64Array[] {
  const groups: Float64Array[] = [];
  let at = 0;
  for (const size of sizes) {
    groups.push(rows.subarray(at, at + size));
    at += size;
  }
  return groups;
}

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LedgerVerdict } from './verify-ledger.ts';

export interface TimedVerdict {
  verdict: LedgerVerdict;
  tookMs: number;
}

/**
 * `verifyLedger` in a thread, once at a time: whoever asks meanwhile gets the same answer.
 * @param threadUrl the built `verify-thread.js`.
 */
export function openVerifier(folder: string, threadUrl: URL): () => Promise<TimedVerdict> {
  let running: Promise<TimedVerdict> | undefined;
  const run = async (): Promise<TimedVerdict> => {
    const thread = new Worker(threadUrl, { workerData: { folder }, execArgv: [] });
    const [answer] = (await once(thread, 'message')) as [TimedVerdict];
    return answer;
  };
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}

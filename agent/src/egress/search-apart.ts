import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { LedgerSearch, SearchedLedger, SearchLimits } from './search-ledger.ts';

/** A part of a search takes about this much; the page asks for the next part. */
const limits: SearchLimits = { found: 50, bytes: 128 * 1024 * 1024, ms: 1000 };
const maxWaiting = 4;

/**
 * `searchLedger` in a thread, one at a time: two would only slow each other down.
 * @param threadUrl the built `search-thread.js`.
 * @throws AppError `overloaded` when too many wait, `ledger-broken` when a segment cannot be read.
 */
export function openLedgerSearch(folder: string, threadUrl: URL): (search: LedgerSearch) => Promise<SearchedLedger> {
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const run = async (search: LedgerSearch): Promise<SearchedLedger> => {
    const thread = new Worker(threadUrl, { workerData: { folder, search, limits }, execArgv: [] });
    const [answer] = (await once(thread, 'message')) as [SearchedLedger | { problem: string }];
    if ('problem' in answer) throw new AppError('ledger-broken', answer.problem);
    return answer;
  };
  return async (search) => {
    if (waiting >= maxWaiting) throw new AppError('overloaded', 'Too many searches wait.', { retryAfterS: 1 });
    waiting += 1;
    const mine = turn.catch(() => undefined).then(() => run(search));
    turn = mine;
    try {
      return await mine;
    } finally {
      waiting -= 1;
    }
  };
}

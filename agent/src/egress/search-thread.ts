/** Searches the ledger in a thread of its own: inflating and reading hundreds of megabytes must not hold up what is served meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type LedgerSearch, type SearchLimits, searchLedger } from './search-ledger.ts';

const { folder, search, limits } = workerData as { folder: string; search: LedgerSearch; limits: SearchLimits };
try {
  parentPort?.postMessage(await searchLedger(folder, search, limits));
} catch (error) {
  // an error's class does not cross over
  if (!(error instanceof AppError)) throw error;
  parentPort?.postMessage({ problem: error.message });
}

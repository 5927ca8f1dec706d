/** Checks the ledger in a thread of its own: hashing gigabytes must not hold up what is served meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import { verifyLedger } from './verify-ledger.ts';

const { folder } = workerData as { folder: string };
const from = performance.now();
const verdict = await verifyLedger(folder);
parentPort?.postMessage({ verdict, tookMs: performance.now() - from });

import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';

export const callbackJobKind = 'sendCallback';

/** What a callback is about. `state` is the one that is told: once it has changed, the callback is not sent any more. */
export interface CallbackOrder {
  subject: 'task' | 'batch';
  id: string;
  url: string;
  state: string;
}

/** Adds the job that tells a customer's server, in the transaction of what it tells. */
export async function enqueueCallback(tx: Database, acting: Acting, order: CallbackOrder): Promise<void> {
  await enqueueJob(tx, acting, { kind: callbackJobKind, datasetId: null, requestKey: null, input: order });
}

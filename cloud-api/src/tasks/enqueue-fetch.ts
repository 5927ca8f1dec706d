import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';

export const fetchJobKind = 'fetchAttachment';

/** Adds the job that brings in one attachment of a task, in the transaction that makes the attachment pending. */
export async function enqueueFetch(
  tx: Database,
  acting: Acting,
  attachment: { taskId: string; place: number },
): Promise<void> {
  await enqueueJob(tx, acting, { kind: fetchJobKind, datasetId: null, requestKey: null, input: attachment });
}

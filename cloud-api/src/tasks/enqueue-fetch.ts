import { hostOf } from '../attachments/rules.ts';
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';

export const fetchJobKind = 'fetchAttachment';

/** Adds the job that brings in one attachment of a task, in the transaction that makes the attachment pending. */
export async function enqueueFetch(
  tx: Database,
  acting: Acting,
  { url, ...attachment }: { taskId: string; place: number; url: string },
): Promise<void> {
  const host = hostOf(url);
  await enqueueJob(tx, acting, {
    kind: fetchJobKind,
    datasetId: null,
    requestKey: null,
    input: attachment,
    ...(host === undefined ? {} : { host }),
  });
}

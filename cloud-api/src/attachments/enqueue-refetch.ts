import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { ItemPlace } from './fetch-queries.ts';
import { hostOf } from './rules.ts';

export const refetchJobKind = 'refetchItem';

/** Adds the job that brings in an item's picture, in the transaction that makes its fetch pending. */
export async function enqueueRefetch(
  tx: Database,
  acting: Acting,
  { datasetId, itemId }: ItemPlace,
  url: string,
  notBeforeMs = acting.nowMs,
): Promise<void> {
  const host = hostOf(url);
  await enqueueJob(tx, acting, {
    kind: refetchJobKind,
    datasetId: null,
    requestKey: null,
    input: { datasetId, itemId },
    notBeforeMs,
    ...(host === undefined ? {} : { host }),
  });
}

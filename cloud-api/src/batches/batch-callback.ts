import type { CallbackSubject } from '../callbacks/callback-job.ts';
import { countByStatus, findBatchRow } from './queries.ts';
import { toBatch } from './read-batches.ts';

/** A completed batch as its callback tells it. */
export const batchCallback: CallbackSubject = {
  describe: async (db, tenantId, name, state) => {
    const row = await findBatchRow(db, tenantId, name);
    if (row === undefined) return undefined;
    const batch = toBatch(row);
    return batch.status === state ? { batch, counts: await countByStatus(db, tenantId, name) } : undefined;
  },
  settle: async () => undefined,
};

import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { markAcceptsMasks } from './queries.ts';
import { datasetNotFound } from './rules.ts';

/**
 * Says whether a dataset in privacy mode takes the files of masks. A mask is a picture of its item: nobody but an admin decides it, and
 * the log keeps who did. @throws AppError `dataset-not-found`
 */
export async function setMaskPolicy(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  accepted: boolean,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if ((await markAcceptsMasks(tx, acting.tenantId, datasetId, accepted)) === 0) throw datasetNotFound(datasetId);
    await writeAudit(tx, acting, {
      action: accepted ? 'dataset.accept-masks' : 'dataset.refuse-masks',
      targetId: datasetId,
    });
  });
}

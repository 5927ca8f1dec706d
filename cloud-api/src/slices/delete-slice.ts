import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { getSlice } from './find-slice.ts';
import { removeObjects } from './object-queries.ts';
import { removeSlice } from './queries.ts';

/** Deletes a slice; its items stay. @throws AppError `slice-not-found` */
export async function deleteSlice(db: Kysely<Tables>, acting: Acting, sliceId: string): Promise<void> {
  const { datasetId } = await getSlice(db, acting.tenantId, sliceId);
  await db.transaction().execute(async (tx) => {
    const { changeNo } = await claimWrite(tx, acting, datasetId);
    await getSlice(tx, acting.tenantId, sliceId);
    await removeSlice(tx, acting.tenantId, { datasetId, sliceId }, { changeNo, nowMs: acting.nowMs });
    await removeObjects(tx, { tenantId: acting.tenantId, datasetId, sliceId });
    await writeAudit(tx, acting, { action: 'slice.delete', targetId: sliceId });
  });
}

import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { getAutotag } from './find-autotag.ts';
import { changeAutotag, findOrphan, removeAutotag, removeScores } from './queries.ts';

/** Ends an autotag at once for every route; its rows go afterwards ({@link purgeAutotags}). @throws AppError `autotag-not-found` */
export async function deleteAutotag(db: Kysely<Tables>, acting: Acting, autotagId: string): Promise<void> {
  const { datasetId } = await getAutotag(db, acting.tenantId, autotagId);
  await db.transaction().execute(async (tx) => {
    const { changeNo } = await claimWrite(tx, acting, datasetId);
    await getAutotag(tx, acting.tenantId, autotagId);
    const place = { tenantId: acting.tenantId, datasetId, autotagId };
    await changeAutotag(tx, place, { deleted_at: acting.nowMs, name: '', change_no: changeNo });
    await writeAudit(tx, acting, { action: 'autotag.delete', targetId: autotagId });
  });
}

/** Removes up to `most` scores of a deleted autotag, or of one of a deleted dataset; answers how many rows went. */
export async function purgeAutotags(db: Database, most: number): Promise<number> {
  const orphan = await findOrphan(db);
  if (orphan === undefined) return 0;
  const removed = await removeScores(db, orphan, Number.MAX_SAFE_INTEGER, most);
  if (removed > 0) return removed;
  await removeAutotag(db, orphan);
  return 1;
}

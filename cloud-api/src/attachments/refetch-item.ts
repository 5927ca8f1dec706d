import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { getItemById } from '../items/read-items.ts';
import { isUploaded } from './describe-item.ts';
import { enqueueRefetch } from './enqueue-refetch.ts';
import { type ItemPlace, startItemFetch } from './fetch-queries.ts';

/**
 * Asks for an item's picture again, in a job. While it is on its way, asking again changes nothing.
 * @throws AppError `dataset-not-found`, `item-not-found`, `conflict` for a picture that is never fetched
 */
export async function refetchItem(
  { db, publicOrigin }: { db: Kysely<Tables>; publicOrigin: string },
  acting: Acting,
  { datasetId, itemId }: ItemPlace,
): Promise<void> {
  const { tenantId, nowMs } = acting;
  const { isPrivate } = await getDataset(db, tenantId, datasetId);
  if (isPrivate) throw new AppError('conflict', 'This dataset is in privacy mode: its pictures are never fetched.');
  await db.transaction().execute(async (tx) => {
    const { imageUrl: url } = await getItemById(tx, tenantId, datasetId, itemId);
    if (isUploaded(url, publicOrigin))
      throw new AppError('conflict', 'The file of this item was uploaded: there is no address to fetch it from.');
    const row = { tenant_id: tenantId, dataset_id: datasetId, item_id: itemId };
    const asked = { state: 'pending', code: null, message: null, tries: 0, updated_at: nowMs };
    if (!(await startItemFetch(tx, { ...row, ...asked }))) return;
    await enqueueRefetch(tx, acting, { datasetId, itemId }, url);
    await writeAudit(tx, acting, { action: 'item.refetch', targetId: itemId });
  });
}

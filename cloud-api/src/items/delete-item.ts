import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { hideImage } from '../attachments/item-assets.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite, settleWrite } from '../datasets/claim-write.ts';
import { dropVectors } from '../embeddings/keep-vectors.ts';
import { dropLabels } from '../labels/drop-labels.ts';
import { groundTruth } from '../labels/rules.ts';
import { listRunIds } from '../models/find-model.ts';
import { keepEvents } from './keep-events.ts';
import { listKnownItems } from './queries.ts';
import { hideItem } from './removal-queries.ts';
import { refKey } from './rules.ts';

/**
 * Deletes an item and its labels. An agent's item is only hidden: its file is still there, and the agent counts it as settled.
 * @throws AppError `dataset-not-found`, `item-not-found`
 */
export async function deleteItem(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  referenceId: string,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { changeNo, nextSeq } = await claimWrite(tx, acting, datasetId);
    const [item] = await listKnownItems(tx, acting.tenantId, datasetId, [refKey(referenceId)]);
    if (item?.state !== 'live') throw new AppError('item-not-found', 'There is no such item in this dataset.');
    const state = item.sourceId === null ? 'deleted' : 'removed_by_user';
    await hideItem(tx, acting.tenantId, datasetId, item.itemId, { state, changeNo, nowMs: acting.nowMs });
    const place = { tenantId: acting.tenantId, datasetId };
    if (state === 'removed_by_user')
      await keepEvents(tx, place, changeNo, [{ itemId: item.itemId, kind: 'removed', rev: null }]);
    await hideImage(tx, acting.tenantId, datasetId, item.itemId);
    if (state === 'deleted') {
      await dropVectors(tx, place, [item.seq], changeNo);
      for (const runId of [groundTruth, ...(await listRunIds(tx, acting.tenantId, datasetId))])
        await dropLabels(tx, { ...place, runId }, [item.seq], changeNo);
    }
    await settleWrite(tx, acting.tenantId, datasetId, { nextSeq, liveDelta: -1 });
    await writeAudit(tx, acting, { action: 'items.delete', targetId: item.itemId });
  });
}

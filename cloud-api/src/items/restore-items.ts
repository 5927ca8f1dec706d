import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite, settleWrite } from '../datasets/claim-write.ts';
import { keepEvents } from './keep-events.ts';
import { listKnownItems } from './queries.ts';
import { showItems } from './removal-queries.ts';
import { refKey } from './rules.ts';

/**
 * Brings back an agent's items that a Nucleus route deleted, as the agent last described them, with their tags, slices and vectors.
 * Answers the reference ids that came back, in the order sent; what was not removed is passed over.
 * @throws AppError `dataset-not-found`
 */
export async function restoreItems(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  referenceIds: readonly string[],
): Promise<string[]> {
  const { tenantId, nowMs } = acting;
  const names = [...new Set(referenceIds)];
  return db.transaction().execute(async (tx) => {
    const { changeNo, nextSeq } = await claimWrite(tx, acting, datasetId);
    const known = await listKnownItems(tx, tenantId, datasetId, names.map(refKey));
    const removed = known.filter((item) => item.state === 'removed_by_user');
    if (removed.length === 0) return [];
    const ids = removed.map((item) => item.itemId);
    await showItems(tx, tenantId, datasetId, ids, { changeNo, nowMs });
    const restored = ids.map((itemId) => ({ itemId, kind: 'restored' as const, rev: null }));
    await keepEvents(tx, { tenantId, datasetId }, changeNo, restored);
    await settleWrite(tx, tenantId, datasetId, { nextSeq, liveDelta: ids.length });
    await writeAudit(tx, acting, { action: 'items.restore', targetId: datasetId, amount: ids.length });
    const back = new Set(removed.map((item) => item.refKey));
    return names.filter((name) => back.has(refKey(name)));
  });
}

import { inChunks } from '../database/in-chunks.ts';
import type { Database } from '../database/open-database.ts';

/** What is left of a deleted item's row beside its id. */
const emptyColumns = {
  ref_key: null,
  reference_id: null,
  image_url: '',
  width: null,
  height: null,
  phash: null,
  user_metadata: '{}',
  agent_metadata: null,
  embedding_info: null,
} as const;

/**
 * Takes an item out of sight. `deleted` empties the row down to its id and change number and frees the reference id;
 * `removed_by_user` keeps what the agent sent, so that it can be brought back and is not sent again.
 */
export async function hideItem(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemId: string,
  change: { state: 'deleted' | 'removed_by_user'; changeNo: number; nowMs: number },
): Promise<void> {
  const emptied = change.state === 'deleted' ? emptyColumns : {};
  await db
    .updateTable('items')
    .set({ ...emptied, state: change.state, change_no: change.changeNo, updated_at: change.nowMs })
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('id', '=', itemId)
    .execute();
}

/** Takes users' items at places away, down to their ids and change numbers. */
export async function emptyItems(
  db: Database,
  tenantId: string,
  datasetId: string,
  seqs: readonly number[],
  change: { changeNo: number; nowMs: number },
): Promise<void> {
  for (const chunk of inChunks(seqs, 1)) {
    await db
      .updateTable('items')
      .set({ ...emptyColumns, state: 'deleted', change_no: change.changeNo, updated_at: change.nowMs })
      .where('tenant_id', '=', tenantId)
      .where('dataset_id', '=', datasetId)
      .where('seq', 'in', chunk)
      .execute();
  }
}

/** Brings items back into sight that a user had removed. */
export async function showItems(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemIds: readonly string[],
  change: { changeNo: number; nowMs: number },
): Promise<void> {
  for (const chunk of inChunks(itemIds, 1)) {
    await db
      .updateTable('items')
      .set({ state: 'live', change_no: change.changeNo, updated_at: change.nowMs })
      .where('tenant_id', '=', tenantId)
      .where('dataset_id', '=', datasetId)
      .where('id', 'in', chunk)
      .execute();
  }
}

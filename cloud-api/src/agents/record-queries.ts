import { inChunks } from '../database/in-chunks.ts';
import { insertRows, isAmong } from '../database/insert-rows.ts';
import type { Database } from '../database/open-database.ts';
import type { ItemsTable } from '../database/tables.ts';
import { itemColumns } from '../items/item-columns.ts';

/** Rows of a dataset by the keys of their reference ids, whoever owns them and whatever their state. */
export async function listRowsByKey(
  db: Database,
  tenantId: string,
  datasetId: string,
  keys: readonly string[],
): Promise<ItemsTable[]> {
  return db
    .selectFrom('items')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(isAmong(db, 'ref_key', keys))
    .execute();
}

/**
 * The same rows without their content, which a put or a delete replaces anyway; the content is empty in what is answered.
 * Half the work of a batch would otherwise be reading metadata that is thrown away.
 */
export async function listHeadsByKey(
  db: Database,
  tenantId: string,
  datasetId: string,
  keys: readonly string[],
): Promise<ItemsTable[]> {
  const heads = await db
    .selectFrom('items')
    .select([
      'id',
      'ref_key',
      'reference_id',
      'seq',
      'state',
      'change_no',
      'source_id',
      'rev',
      'digest',
      'created_at',
      'updated_at',
    ])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(isAmong(db, 'ref_key', keys))
    .execute();
  return heads.map((head) => ({ ...head, ...emptyContent, tenant_id: tenantId, dataset_id: datasetId }));
}

const emptyContent = {
  kind: 'image',
  image_url: '',
  width: null,
  height: null,
  phash: null,
  user_metadata: '{}',
  agent_metadata: null,
  embedding_info: null,
};

/** Frees the keys of items that are about to get others, so that two that swap never hold one key at once. */
export async function freeKeys(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemIds: readonly string[],
): Promise<void> {
  for (const chunk of inChunks(itemIds, 1)) {
    await db
      .updateTable('items')
      .set({ ref_key: null })
      .where('tenant_id', '=', tenantId)
      .where('dataset_id', '=', datasetId)
      .where('id', 'in', chunk)
      .execute();
  }
}

/** Adds rows, or replaces what an agent may change in rows of the same id. */
export async function saveRows(db: Database, rows: readonly ItemsTable[]): Promise<void> {
  const replaced = changeable.map((name) => `${name} = excluded.${name}`);
  const conflict = `(tenant_id, dataset_id, id) do update set ${replaced.join(', ')}`;
  await insertRows(db, 'items', itemColumns, rows, conflict);
}

/** What an agent's change replaces of a row. */
const changeable = [
  'ref_key',
  'reference_id',
  'state',
  'change_no',
  'image_url',
  'width',
  'height',
  'phash',
  'agent_metadata',
  'embedding_info',
  'source_id',
  'rev',
  'digest',
  'updated_at',
] as const satisfies readonly (keyof ItemsTable)[];

/** What a manifest says about one item of a source. */
export interface ManifestRow {
  k: string;
  ref: string | null;
  rev: number;
  digest: string;
  state: string;
}

/** Up to `limit` items of a source with `k` from `fromKey` (exclusive when it is a whole key) to below `beforeKey`, by `k`. */
export async function listManifestRows(
  db: Database,
  place: { tenantId: string; datasetId: string; sourceId: string },
  range: { afterKey: string; beforeKey: string; limit: number },
): Promise<ManifestRow[]> {
  return db
    .selectFrom('items')
    .select(['ref_key as k', 'reference_id as ref', 'rev', 'digest', 'state'])
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('source_id', '=', place.sourceId)
    .where('ref_key', '>', range.afterKey)
    .where('ref_key', '<', range.beforeKey)
    .orderBy('ref_key')
    .limit(range.limit)
    .$narrowType<{ k: string }>()
    .execute();
}

/** Stored metadata of items by `k`, for the few of one bucket. */
export async function listAgentMetadata(
  db: Database,
  place: { tenantId: string; datasetId: string },
  keys: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const chunk of inChunks(keys, 1)) {
    const rows = await db
      .selectFrom('items')
      .select(['ref_key', 'agent_metadata'])
      .where('tenant_id', '=', place.tenantId)
      .where('dataset_id', '=', place.datasetId)
      .where('ref_key', 'in', chunk)
      .execute();
    for (const row of rows)
      if (row.ref_key !== null && row.agent_metadata !== null) found.set(row.ref_key, row.agent_metadata);
  }
  return found;
}

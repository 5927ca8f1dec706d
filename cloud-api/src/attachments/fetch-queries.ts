import { inChunks } from '../database/in-chunks.ts';
import type { ItemFetchesTable } from '../database/intake-tables.ts';
import type { Database } from '../database/open-database.ts';

export interface ItemPlace {
  datasetId: string;
  itemId: string;
}

/** Notes how far the first fetch of an item's picture is, or a new one after a failure; false while one is on its way already. */
export async function startItemFetch(tx: Database, row: ItemFetchesTable): Promise<boolean> {
  const done = await tx
    .insertInto('item_fetches')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'dataset_id', 'item_id'])
        .doUpdateSet({
          state: row.state,
          code: row.code,
          message: row.message,
          tries: row.tries,
          updated_at: row.updated_at,
        })
        .where('item_fetches.state', '=', 'error'),
    )
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Changes a fetch that is in one of `states`; answers it as it is now. */
export function changeItemFetch(
  tx: Database,
  tenantId: string,
  { datasetId, itemId }: ItemPlace,
  change: Partial<Pick<ItemFetchesTable, 'state' | 'code' | 'message' | 'tries' | 'updated_at'>>,
  states: readonly string[],
): Promise<ItemFetchesTable | undefined> {
  return tx
    .updateTable('item_fetches')
    .set(change)
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('item_id', '=', itemId)
    .where('state', 'in', [...states])
    .returningAll()
    .executeTakeFirst();
}

export async function listItemFetches(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemIds: readonly string[],
): Promise<ItemFetchesTable[]> {
  const found: ItemFetchesTable[] = [];
  for (const chunk of inChunks(itemIds, 1)) {
    const rows = await db
      .selectFrom('item_fetches')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('dataset_id', '=', datasetId)
      .where('item_id', 'in', chunk)
      .execute();
    found.push(...rows);
  }
  return found;
}

const selectUnstored = (db: Database, tenantId: string, datasetId: string) =>
  db
    .selectFrom('item_fetches')
    .leftJoin('item_assets', (join) =>
      join
        .onRef('item_assets.tenant_id', '=', 'item_fetches.tenant_id')
        .onRef('item_assets.item_id', '=', 'item_fetches.item_id'),
    )
    .where('item_fetches.tenant_id', '=', tenantId)
    .where('item_fetches.dataset_id', '=', datasetId)
    .where('item_assets.sha256', 'is', null);

export async function countUnstored(db: Database, tenantId: string, datasetId: string): Promise<number> {
  const row = await selectUnstored(db, tenantId, datasetId)
    .select((select) => select.fn.countAll<number>().as('items'))
    .executeTakeFirstOrThrow();
  return Number(row.items);
}

/** Those of some items whose picture was asked for and never stored. */
export async function listUnstored(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemIds: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const chunk of inChunks(itemIds, 1)) {
    const rows = await selectUnstored(db, tenantId, datasetId)
      .select('item_fetches.item_id')
      .where('item_fetches.item_id', 'in', chunk)
      .execute();
    found.push(...rows.map(({ item_id }) => item_id));
  }
  return found;
}

export async function deleteItemFetches(
  tx: Database,
  tenantId: string,
  datasetId: string,
  itemIds: readonly string[],
): Promise<void> {
  for (const chunk of inChunks(itemIds, 1)) {
    await tx
      .deleteFrom('item_fetches')
      .where('tenant_id', '=', tenantId)
      .where('dataset_id', '=', datasetId)
      .where('item_id', 'in', chunk)
      .execute();
  }
}

/** Blur placeholders of stored pictures by item id. */
export async function listItemBlurs(
  db: Database,
  tenantId: string,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const chunk of inChunks(itemIds, 1)) {
    const rows = await db
      .selectFrom('item_assets')
      .innerJoin('objects', (join) =>
        join
          .onRef('objects.tenant_id', '=', 'item_assets.tenant_id')
          .onRef('objects.sha256', '=', 'item_assets.sha256'),
      )
      .select(['item_assets.item_id', 'objects.blurhash'])
      .where('item_assets.tenant_id', '=', tenantId)
      .where('item_assets.item_id', 'in', chunk)
      .execute();
    for (const { item_id, blurhash } of rows) found.set(item_id, blurhash);
  }
  return found;
}

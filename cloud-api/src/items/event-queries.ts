import { type BulkColumns, insertRows } from '../database/insert-rows.ts';
import type { Database } from '../database/open-database.ts';
import type { ItemEventsTable } from '../database/tables.ts';

const eventColumns: BulkColumns<'item_events'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  item_id: 'text',
  change_no: 'bigint',
  kind: 'text',
  rev: 'bigint',
};

export function insertEvents(db: Database, rows: readonly ItemEventsTable[]): Promise<void> {
  return insertRows(db, 'item_events', eventColumns, rows);
}

/** Walks the primary key backwards. */
export async function listEventRows(
  db: Database,
  tenantId: string,
  { datasetId, itemId }: { datasetId: string; itemId: string },
  limit: number,
): Promise<ItemEventsTable[]> {
  return db
    .selectFrom('item_events')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('item_id', '=', itemId)
    .orderBy('change_no', 'desc')
    .orderBy('kind', 'desc')
    .limit(limit)
    .execute();
}

import { isAmong } from '../database/insert-rows.ts';
import type { Database } from '../database/open-database.ts';

/** Where a live item stands, and how large its picture is. */
export interface SizedItem {
  refKey: string;
  seq: number;
  width: number | null;
  height: number | null;
}

/** The live items of a dataset that have one of `keys`, in no order. */
export async function listSizes(
  db: Database,
  tenantId: string,
  datasetId: string,
  keys: readonly string[],
): Promise<SizedItem[]> {
  return db
    .selectFrom('items')
    .select(['ref_key as refKey', 'seq', 'width', 'height'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(isAmong(db, 'ref_key', keys))
    .where('state', '=', 'live')
    .$narrowType<{ refKey: string }>()
    .execute();
}

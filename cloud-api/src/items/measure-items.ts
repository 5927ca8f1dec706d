import type { Database } from '../database/open-database.ts';
import { listSizes, type SizedItem } from './size-queries.ts';

/** Places and sizes of the live items of a dataset that have one of `keys`, by key; what is not there is not in the map. */
export async function measureItems(
  db: Database,
  tenantId: string,
  datasetId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, SizedItem>> {
  if (keys.length === 0) return new Map();
  const items = await listSizes(db, tenantId, datasetId, keys);
  return new Map(items.map((item) => [item.refKey, item]));
}

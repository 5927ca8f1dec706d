import type { Database } from '../database/open-database.ts';
import { listKnownItems } from './queries.ts';
import { refKey } from './rules.ts';

/** Id of the item that has a reference id in a dataset, if one has. */
export async function findItemId(
  db: Database,
  tenantId: string,
  datasetId: string,
  referenceId: string,
): Promise<string | undefined> {
  const [found] = await listKnownItems(db, tenantId, datasetId, [refKey(referenceId)]);
  return found?.itemId;
}

/** Ids of items by reference id, for those of `referenceIds` that the dataset has. */
export async function findItemIds(
  db: Database,
  tenantId: string,
  datasetId: string,
  referenceIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const byKey = new Map(referenceIds.map((referenceId) => [refKey(referenceId), referenceId]));
  const known = await listKnownItems(db, tenantId, datasetId, [...byKey.keys()]);
  return new Map(known.map(({ refKey: key, itemId }) => [byKey.get(key) ?? '', itemId]));
}

import type { Database } from '../database/open-database.ts';
import { listPlacesById } from './hash-queries.ts';
import { listKnownItems } from './queries.ts';
import { refKey } from './rules.ts';

/** Places of live items by reference id; what is not there is not in the map. */
export async function placeReferences(
  db: Database,
  tenantId: string,
  datasetId: string,
  referenceIds: readonly string[],
): Promise<Map<string, number>> {
  const byKey = new Map(referenceIds.map((referenceId) => [refKey(referenceId), referenceId]));
  const known = await listKnownItems(db, tenantId, datasetId, [...byKey.keys()]);
  return new Map(
    known.flatMap((item) => {
      const referenceId = byKey.get(item.refKey);
      return item.state === 'live' && referenceId !== undefined ? [[referenceId, item.seq] as const] : [];
    }),
  );
}

/** Places of live items by item id; what is not there is not in the map. */
export async function placeItemIds(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemIds: readonly string[],
): Promise<Map<string, number>> {
  const found = await listPlacesById(db, tenantId, datasetId, itemIds);
  return new Map(found.map(({ itemId, seq }) => [itemId, seq]));
}

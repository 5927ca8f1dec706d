import type { Database } from '../database/open-database.ts';
import { listStoredRows } from './queries.ts';

/** The items among some whose pictures are stored here, with the blurhash of each. */
export async function listStoredPictures(
  db: Database,
  tenantId: string,
  itemIds: readonly string[],
): Promise<Map<string, { blurhash: string }>> {
  if (itemIds.length === 0) return new Map();
  const rows = await listStoredRows(db, tenantId, itemIds);
  return new Map(rows.map(({ itemId, blurhash }) => [itemId, { blurhash }]));
}

import type { Tile } from '@nucleus/shared/wire/tile';
import type { Database } from '../database/open-database.ts';
import { listItemBlurs, listItemFetches } from './fetch-queries.ts';

/** What tiles show of stored pictures: the blur placeholder, and how far a fetch is. By item id; most items of privacy mode have nothing. */
export async function listItemLooks(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, Pick<Tile, 'p' | 'b' | 'a'>>> {
  const looks = new Map<string, Pick<Tile, 'p' | 'b' | 'a'>>();
  if (itemIds.length === 0) return looks;
  const fetches = await listItemFetches(db, tenantId, datasetId, itemIds);
  for (const [itemId, b] of await listItemBlurs(db, tenantId, itemIds)) looks.set(itemId, { p: true, b });
  for (const { item_id, state, code } of fetches) {
    const a = { state: state as NonNullable<Tile['a']>['state'], ...(code === null ? {} : { code }) };
    looks.set(item_id, { ...looks.get(item_id), a });
  }
  return looks;
}

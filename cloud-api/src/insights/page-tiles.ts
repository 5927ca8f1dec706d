import type { Tile } from '@nucleus/shared/wire/insights';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { listItemsAt } from '../items/read-items.ts';
import type { PlacedItem } from '../items/rules.ts';

/**
 * Tiles of the places `offset` to `offset + limit`, in insertion order.
 * @throws AppError `dataset-not-found`
 */
export async function pageTiles(
  db: Database,
  tenantId: string,
  datasetId: string,
  page: { offset: number; limit: number },
): Promise<{ total: number; tiles: Tile[] }> {
  const { liveCount } = await getDataset(db, tenantId, datasetId);
  if (page.offset >= liveCount) return { total: liveCount, tiles: [] };
  const items = await listItemsAt(db, tenantId, datasetId, page.offset, page.limit);
  return { total: liveCount, tiles: items.map(toTile) };
}

/** Side of a tile whose item never said its dimensions. */
const unknownSide = 1;

function toTile(item: PlacedItem): Tile {
  const tile: Tile = {
    id: item.itemId,
    ref: item.referenceId,
    w: item.width ?? unknownSide,
    h: item.height ?? unknownSide,
  };
  if (item.agentMetadata === null) return tile;
  const { blurhash, source, status } = JSON.parse(item.agentMetadata) as Record<string, unknown>;
  if (typeof blurhash === 'string') tile.b = blurhash;
  if (typeof source === 'string') tile.s = source;
  if (status === 'ok' || status === 'no-pixels') tile.status = status;
  return tile;
}

import { AppError } from '@nucleus/shared/failure/app-error';
import type { SimilarItem } from '@nucleus/shared/wire/insights';
import type { Database } from '../database/open-database.ts';
import { getItemByReference, listItemsInOrder } from '../items/read-items.ts';
import { findNearest } from '../search/find-nearest.ts';
import type { Projections } from '../search/projections.ts';
import { toTile } from './page-tiles.ts';

/**
 * The items whose perceptual hash differs in the fewest bits from an item's own, nearest first, ties in insertion order.
 * @throws AppError `dataset-not-found`, `item-not-found`, `perceptual-hash-missing`
 */
export async function findSimilar(
  db: Database,
  projections: Projections,
  tenantId: string,
  datasetId: string,
  wanted: { reference_id: string; limit: number },
): Promise<{ items: SimilarItem[] }> {
  const item = await getItemByReference(db, tenantId, datasetId, wanted.reference_id);
  if (item.phash === undefined)
    throw new AppError('perceptual-hash-missing', 'This item has a missing perceptual hash: nothing can be compared.');
  const nearest = await findNearest(projections.of(tenantId, datasetId), item.phash, item.id, wanted.limit);
  const distances = new Map(nearest.map(({ seq, distance }) => [seq, distance]));
  const items = await listItemsInOrder(
    db,
    tenantId,
    datasetId,
    nearest.map(({ seq }) => seq),
  );
  return { items: items.map((each) => ({ distance: distances.get(each.seq) ?? 64, tile: toTile(each) })) };
}

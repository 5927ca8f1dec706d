import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { deleteItemFetches } from './fetch-queries.ts';
import type { KeptImage } from './kept-image.ts';
import { deleteItemAsset, deleteItemAssets, insertObjects, putItemAssets } from './queries.ts';

/** Names the kept images of items and ends fetches of them, within the transaction that writes the items. */
export async function showImages(
  tx: Database,
  acting: Acting,
  datasetId: string,
  images: ReadonlyMap<string, KeptImage>,
): Promise<void> {
  const objects = new Map(Array.from(images.values(), (image) => [image.sha256, image]));
  await insertObjects(tx, acting, objects.values());
  await putItemAssets(
    tx,
    Array.from(images, ([itemId, { sha256 }]) => ({
      tenant_id: acting.tenantId,
      item_id: itemId,
      dataset_id: datasetId,
      sha256,
    })),
  );
  await deleteItemFetches(tx, acting.tenantId, datasetId, [...images.keys()]);
}

/** An item that goes shows nothing any more, and nothing is fetched for it. */
export async function hideImage(tx: Database, tenantId: string, datasetId: string, itemId: string): Promise<void> {
  await deleteItemAsset(tx, tenantId, itemId);
  await deleteItemFetches(tx, tenantId, datasetId, [itemId]);
}

/** The same for many. */
export function dropImages(tx: Database, tenantId: string, itemIds: readonly string[]): Promise<void> {
  return deleteItemAssets(tx, tenantId, itemIds);
}

import { inChunks } from '../database/in-chunks.ts';
import type { Database } from '../database/open-database.ts';
import type { ItemAssetsTable, ObjectsTable } from '../database/tables.ts';
import type { KeptImage } from './kept-image.ts';

/**
 * Rows of objects that are there already stay as they are, because equal bytes are equal pictures, and are held until the transaction
 * ends, so that no sweep takes them.
 */
export async function insertObjects(
  db: Database,
  { tenantId, nowMs }: { tenantId: string; nowMs: number },
  images: Iterable<KeptImage>,
): Promise<void> {
  // In one order everywhere: two appends of the same pictures would otherwise wait for each other.
  const sorted = Array.from(images, (image) => toRow(image, tenantId, nowMs)).toSorted((a, b) =>
    a.sha256 < b.sha256 ? -1 : 1,
  );
  for (const chunk of inChunks(sorted, 11)) {
    await db
      .insertInto('objects')
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'sha256']).doUpdateSet((set) => ({
          unreferenced_since: null,
          exif: set.fn.coalesce('objects.exif', set.ref('excluded.exif')),
        })),
      )
      .execute();
  }
}

function toRow(image: KeptImage, tenantId: string, nowMs: number): ObjectsTable {
  const { sha256, bytes, format, width, height, phash, blurhash, exif } = image;
  return {
    ...{ tenant_id: tenantId, sha256, bytes, format, width, height, phash, blurhash },
    exif: exif === undefined ? null : JSON.stringify(exif),
    created_at: nowMs,
    unreferenced_since: null,
  };
}

/** Points items at objects; an item shows one at a time. */
export async function putItemAssets(db: Database, rows: readonly ItemAssetsTable[]): Promise<void> {
  for (const chunk of inChunks(rows, 4)) {
    await db
      .insertInto('item_assets')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'item_id'])
          .doUpdateSet((set) => ({ sha256: set.ref('excluded.sha256'), dataset_id: set.ref('excluded.dataset_id') })),
      )
      .execute();
  }
}

export async function deleteItemAsset(db: Database, tenantId: string, itemId: string): Promise<void> {
  await db.deleteFrom('item_assets').where('tenant_id', '=', tenantId).where('item_id', '=', itemId).execute();
}

export async function deleteItemAssets(db: Database, tenantId: string, itemIds: readonly string[]): Promise<void> {
  for (const chunk of inChunks(itemIds, 1)) {
    await db.deleteFrom('item_assets').where('tenant_id', '=', tenantId).where('item_id', 'in', chunk).execute();
  }
}

/** The object that a live item of a living dataset shows. */
export function findItemAsset(
  db: Database,
  tenantId: string,
  itemId: string,
): Promise<Pick<ObjectsTable, 'sha256' | 'format' | 'bytes' | 'width' | 'height' | 'exif'> | undefined> {
  return db
    .selectFrom('item_assets')
    .innerJoin('items', (join) =>
      join
        .onRef('items.tenant_id', '=', 'item_assets.tenant_id')
        .onRef('items.dataset_id', '=', 'item_assets.dataset_id')
        .onRef('items.id', '=', 'item_assets.item_id'),
    )
    .innerJoin('datasets', (join) =>
      join
        .onRef('datasets.tenant_id', '=', 'item_assets.tenant_id')
        .onRef('datasets.id', '=', 'item_assets.dataset_id'),
    )
    .innerJoin('objects', (join) =>
      join.onRef('objects.tenant_id', '=', 'item_assets.tenant_id').onRef('objects.sha256', '=', 'item_assets.sha256'),
    )
    .select(['objects.sha256', 'objects.format', 'objects.bytes', 'objects.width', 'objects.height', 'objects.exif'])
    .where('item_assets.tenant_id', '=', tenantId)
    .where('item_assets.item_id', '=', itemId)
    .where('items.state', '=', 'live')
    .where('datasets.deleted_at', 'is', null)
    .executeTakeFirst();
}

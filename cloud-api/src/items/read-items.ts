import { AppError } from '@nucleus/shared/failure/app-error';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { locatePlace } from './locate-place.ts';
import { findItemById, findItemByRefKey, findItemStand, listItemsBySeq, listItemsFrom } from './queries.ts';
import { type PlacedItem, readPageToken, refKey, spellPageToken, toDatasetItem } from './rules.ts';

interface PageOf {
  pageToken?: string | null | undefined;
  pageSize: number;
}

/** Most items that one page answers; fewer than asked for is allowed (wire contract 1) and keeps replies small. */
const pageItems = 10_000;

/** @throws AppError `dataset-not-found`, `item-not-found` */
export async function getItemByReference(
  db: Database,
  tenantId: string,
  datasetId: string,
  referenceId: string,
): Promise<PlacedItem> {
  const item = await findItemByRefKey(db, tenantId, datasetId, refKey(referenceId));
  return found(db, tenantId, datasetId, item);
}

/** @throws AppError `dataset-not-found`, `item-not-found` */
export async function getItemById(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemId: string,
): Promise<PlacedItem> {
  return found(db, tenantId, datasetId, await findItemById(db, tenantId, datasetId, itemId));
}

/** An item's place in its dataset and when it came. @throws AppError `dataset-not-found`, `item-not-found` */
export async function getItemStand(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemId: string,
): Promise<{ seq: number; createdAtMs: number }> {
  await getDataset(db, tenantId, datasetId);
  const stand = await findItemStand(db, tenantId, datasetId, itemId);
  if (stand === undefined) throw itemNotFound();
  return stand;
}

/** @throws AppError `dataset-not-found`, `item-not-found`, `invalid-request` when `index` is no number from 0 */
export async function getItemByIndex(
  db: Database,
  tenantId: string,
  datasetId: string,
  index: string,
): Promise<PlacedItem> {
  if (!/^\d{1,12}$/.test(index))
    throw new AppError('invalid-request', 'The index must be a whole number from 0.', { at: 'index' });
  const [item] = await listItemsAt(db, tenantId, datasetId, Number(index), 1);
  return found(db, tenantId, datasetId, item);
}

/** Live items from `place` on, in insertion order. */
export async function listItemsAt(
  db: Database,
  tenantId: string,
  datasetId: string,
  place: number,
  limit: number,
): Promise<PlacedItem[]> {
  return listItemsFrom(db, tenantId, datasetId, await locatePlace(db, tenantId, datasetId, place), limit);
}

/**
 * A page in insertion order. An item that is there from the first page to the last is answered exactly once.
 * @throws AppError `dataset-not-found`, `invalid-request` for a token that is not ours
 */
export async function pageItemsOf(
  db: Database,
  tenantId: string,
  datasetId: string,
  page: PageOf,
): Promise<{ items: DatasetItem[]; nextPageToken: string | null }> {
  const { items, nextPageToken } = await pagePlacedItems(db, tenantId, datasetId, page);
  return { items: items.map(toDatasetItem), nextPageToken };
}

/** The same page with the places of its items. @throws as {@link pageItemsOf} */
export async function pagePlacedItems(
  db: Database,
  tenantId: string,
  datasetId: string,
  page: PageOf,
): Promise<{ items: PlacedItem[]; nextPageToken: string | null }> {
  await getDataset(db, tenantId, datasetId);
  const fromSeq = page.pageToken ? readPageToken(page.pageToken) : -1;
  if (fromSeq === undefined)
    throw new AppError('invalid-request', 'pageToken: is not one that this server made.', { at: 'pageToken' });
  const size = Math.min(page.pageSize, pageItems);
  const rows = await listItemsFrom(db, tenantId, datasetId, fromSeq + 1, size + 1);
  const last = rows.length > size ? rows[size - 1] : undefined;
  return {
    items: rows.slice(0, size),
    nextPageToken: last === undefined ? null : spellPageToken(last.seq),
  };
}

/** The live items at the given places, in the order of `seqs`; a place whose item is gone by now is left out. */
export async function listItemsInOrder(
  db: Database,
  tenantId: string,
  datasetId: string,
  seqs: readonly number[],
): Promise<PlacedItem[]> {
  const bySeq = new Map((await listItemsBySeq(db, tenantId, datasetId, seqs)).map((item) => [item.seq, item]));
  return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
}

async function found(
  db: Database,
  tenantId: string,
  datasetId: string,
  item: PlacedItem | undefined,
): Promise<PlacedItem> {
  await getDataset(db, tenantId, datasetId);
  if (item === undefined) throw itemNotFound();
  return item;
}

function itemNotFound(): AppError {
  return new AppError('item-not-found', 'There is no such item in this dataset.');
}

import { AppError } from '@nucleus/shared/failure/app-error';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { findItemsAfter } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { listItemsInOrder } from './read-items.ts';
import { type PlacedItem, readPageToken, spellPageToken, toDatasetItem } from './rules.ts';

interface QueryPage {
  query?: string | null | undefined;
  pageToken?: string | null | undefined;
  pageSize: number;
}

/** Most items that one page of a query answers (wire contract 1). */
const pageItems = 10_000;

/**
 * A page of the items that meet a query (wire contract 4.6), in insertion order; current with every write that was answered before.
 * @throws AppError `dataset-not-found`, `invalid-request` for a bad query or token
 */
export async function queryItems(
  db: Database,
  projections: Projections,
  tenantId: string,
  datasetId: string,
  page: QueryPage,
): Promise<{ items: DatasetItem[]; nextPageToken: string | null }> {
  const { items, nextPageToken } = await queryPlacedItems(db, projections, tenantId, datasetId, page);
  return { items: items.map(toDatasetItem), nextPageToken };
}

/** The same page with the places of its items. @throws as {@link queryItems} */
export async function queryPlacedItems(
  db: Database,
  projections: Projections,
  tenantId: string,
  datasetId: string,
  page: QueryPage,
): Promise<{ items: PlacedItem[]; nextPageToken: string | null }> {
  await getDataset(db, tenantId, datasetId);
  const condition = readQuery(page.query);
  const afterSeq = page.pageToken ? readPageToken(page.pageToken) : -1;
  if (afterSeq === undefined)
    throw new AppError('invalid-request', 'pageToken: is not one that this server made.', { at: 'pageToken' });
  const limit = Math.min(page.pageSize, pageItems);
  const seqs = await findItemsAfter(projections.of(tenantId, datasetId), { condition }, { afterSeq, limit: limit + 1 });
  const items = await listItemsInOrder(db, tenantId, datasetId, seqs.slice(0, limit));
  const last = seqs[limit - 1];
  return {
    items,
    nextPageToken: seqs.length > limit && last !== undefined ? spellPageToken(last) : null,
  };
}

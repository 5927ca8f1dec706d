import { AppError } from '@nucleus/shared/failure/app-error';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import type { Database } from '../database/open-database.ts';
import { listItemsInOrder } from '../items/read-items.ts';
import { type PlacedItem, readPageToken, spellPageToken, toDatasetItem } from '../items/rules.ts';
import type { Projections } from '../search/projections.ts';
import { getSlice } from './find-slice.ts';
import { readMembers } from './read-members.ts';

/** Most items that one page answers; fewer than asked for is allowed (wire contract 1). */
const pageItems = 10_000;

/**
 * A page of a slice's live items in insertion order of the dataset. A member that is there throughout is answered exactly once.
 * @throws AppError `slice-not-found`, `invalid-request` for a token that is not ours
 */
export async function pageSliceItems(
  db: Database,
  projections: Projections,
  tenantId: string,
  sliceId: string,
  page: { pageToken?: string | null | undefined; pageSize: number },
): Promise<{ items: DatasetItem[]; nextPageToken: string | null }> {
  const { items, nextPageToken } = await pagePlacedMembers(db, projections, tenantId, sliceId, page);
  return { items: items.map(toDatasetItem), nextPageToken };
}

/** The same page with the places of its items. @throws as {@link pageSliceItems} */
export async function pagePlacedMembers(
  db: Database,
  projections: Projections,
  tenantId: string,
  sliceId: string,
  page: { pageToken?: string | null | undefined; pageSize: number },
): Promise<{ items: PlacedItem[]; nextPageToken: string | null }> {
  const slice = await getSlice(db, tenantId, sliceId);
  const afterSeq = page.pageToken ? readPageToken(page.pageToken) : -1;
  if (afterSeq === undefined)
    throw new AppError('invalid-request', 'pageToken: is not one that this server made.', { at: 'pageToken' });
  const size = Math.min(page.pageSize, pageItems);
  const seqs = await readMembers(db, projections, tenantId, slice, afterSeq + 1, size + 1);
  const last = seqs.length > size ? seqs[size - 1] : undefined;
  const items = await listItemsInOrder(db, tenantId, slice.datasetId, seqs.slice(0, size));
  return { items, nextPageToken: last === undefined ? null : spellPageToken(last) };
}

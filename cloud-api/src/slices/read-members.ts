import type { Database } from '../database/open-database.ts';
import { findItemsAfter } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { listMembersFrom, type SliceRow } from './queries.ts';

/**
 * Places of up to `limit` live items of a slice from `fromSeq` on, ascending: rows of a static slice, what meets the query of a live one.
 * @throws AppError `invalid-request` when the query of a live slice names a field or slice that is gone
 */
export async function readMembers(
  db: Database,
  projections: Projections,
  tenantId: string,
  slice: Pick<SliceRow, 'datasetId' | 'sliceId' | 'query'>,
  fromSeq: number,
  limit: number,
): Promise<number[]> {
  if (slice.query === null) return listMembersFrom(db, tenantId, slice, fromSeq, limit);
  const condition = readQuery(slice.query);
  return findItemsAfter(projections.of(tenantId, slice.datasetId), { condition }, { afterSeq: fromSeq - 1, limit });
}

import { QueryError } from '@nucleus/shared/query/query-error';
import type { SliceView } from '@nucleus/shared/wire/slice-edits';
import type { Database } from '../database/open-database.ts';
import { countSlices } from '../search/count-slices.ts';
import { countItems } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { listSlicesOf } from './find-slice.ts';
import { toSliceInfo } from './rules.ts';

/** The slices of a dataset with how many live items each holds, oldest first. @throws AppError `dataset-not-found` */
export async function listSliceViews(
  db: Database,
  projections: Projections,
  tenantId: string,
  datasetId: string,
): Promise<SliceView[]> {
  const slices = await listSlicesOf(db, tenantId, datasetId);
  const projection = projections.of(tenantId, datasetId);
  const lengths = await countSlices(projection);
  const views: SliceView[] = [];
  for (const slice of slices) {
    const length = slice.query === null ? (lengths.get(slice.sliceId) ?? 0) : await countLive(projection, slice.query);
    views.push({ ...toSliceInfo(slice), query: slice.query, length });
  }
  return views;
}

/** Null for a query that names what is gone. */
async function countLive(projection: ReturnType<Projections['of']>, query: string): Promise<number | null> {
  try {
    return await countItems(projection, { condition: readQuery(query) });
  } catch (error) {
    if (error instanceof QueryError) return null;
    throw error;
  }
}

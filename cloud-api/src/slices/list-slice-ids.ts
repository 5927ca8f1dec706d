import type { Database } from '../database/open-database.ts';
import { listSliceRows } from './queries.ts';

/** Ids of the slices of a dataset whose existence the caller has checked, oldest first. */
export async function listSliceIds(db: Database, tenantId: string, datasetId: string): Promise<string[]> {
  return (await listSliceRows(db, tenantId, datasetId)).map(({ sliceId }) => sliceId);
}

import type { Database } from '../database/open-database.ts';
import { listSetsAt, listTagRows } from './queries.ts';

/** Tags of the items at some places of a dataset, by place and in order of the tags; items without any are left out. */
export async function listTagsAt(
  db: Database,
  tenantId: string,
  datasetId: string,
  seqs: readonly number[],
): Promise<Map<number, string[]>> {
  const byPlace = new Map<number, string[]>();
  if (seqs.length === 0) return byPlace;
  const names = new Map((await listTagRows(db, tenantId, datasetId)).map((row) => [row.sliceId, row.name]));
  for (const { sliceId, seq } of await listSetsAt(db, tenantId, datasetId, [...names.keys()], seqs)) {
    byPlace.set(seq, [...(byPlace.get(seq) ?? []), names.get(sliceId) ?? '']);
  }
  return byPlace;
}

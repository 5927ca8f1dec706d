/** Slices made of a query: live ones keep the query, frozen ones keep what met it, filled by a job because it may be everything. */
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { countItems, findItemsAfter } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import type { Commit } from './build-slice.ts';
import { addSlice } from './create-slice.ts';
import { getSlice } from './find-slice.ts';
import { insertMembers, listMembersAmong, setPendingJobs } from './queries.ts';
import { assertKeepsMembers } from './rules.ts';

/** Beyond any dataset, and within what a `limit` takes. */
const all = 2 ** 31;

/** A slice to be, as the page words it. An empty query means every item. */
export interface QuerySlice {
  name: string;
  description?: string | null | undefined;
  query: string;
  live: boolean;
}

/**
 * Checks the query, adds the slice and answers its id: a live one is done, a frozen one is empty with one pending job.
 * @throws AppError `dataset-not-found`, `invalid-request` with the position of what is wrong in the query
 */
export async function openQuerySlice(
  db: Kysely<Tables>,
  projections: Projections,
  acting: Acting,
  datasetId: string,
  slice: QuerySlice,
): Promise<string> {
  await getDataset(db, acting.tenantId, datasetId);
  await countItems(projections.of(acting.tenantId, datasetId), { condition: readQuery(slice.query) });
  return db.transaction().execute(async (tx) => {
    const claim = await claimWrite(tx, acting, datasetId);
    return addSlice(tx, acting, claim, {
      name: slice.name,
      description: slice.description ?? null,
      type: 'dataset_item',
      ...(slice.live ? { pendingJobs: 0, query: slice.query } : { pendingJobs: 1 }),
    });
  });
}

/**
 * Adds everything that meets a query to a slice, in one transaction, and answers how many items it had not. Again it adds nothing that
 * is there, so an attempt that was cut off is made anew. Takes the pending mark off.
 * @throws AppError `slice-not-found`, `invalid-request` for a live slice
 */
export async function fillFromQuery(
  db: Kysely<Tables>,
  projections: Projections,
  acting: Acting,
  sliceId: string,
  query: string,
  commit: Commit = (write) => db.transaction().execute(write),
): Promise<number> {
  const { tenantId } = acting;
  const slice = await getSlice(db, tenantId, sliceId);
  assertKeepsMembers(slice.query);
  const condition = readQuery(query);
  const projection = projections.of(tenantId, slice.datasetId);
  const found = await findItemsAfter(projection, { condition }, { afterSeq: -1, limit: all });
  return commit(async (tx) => {
    const { changeNo } = await claimWrite(tx, acting, slice.datasetId);
    await getSlice(tx, tenantId, sliceId);
    const members = await listMembersAmong(tx, tenantId, slice, found);
    const fresh = members.size === 0 ? found : found.filter((seq) => !members.has(seq));
    await insertMembers(tx, tenantId, slice, fresh, changeNo);
    await setPendingJobs(tx, tenantId, sliceId, 0);
    await writeAudit(tx, acting, { action: 'slice.append', targetId: sliceId, amount: fresh.length });
    return fresh.length;
  });
}

import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { getSlice } from './find-slice.ts';
import { placeNamed } from './place-members.ts';
import { insertMembers, listMembersAmong } from './queries.ts';
import { assertKeepsMembers, membersNotFound } from './rules.ts';

/**
 * Adds items, or scenes, to a slice and answers the reference ids of those that were not in it, in the order sent. All or none.
 * @throws AppError `slice-not-found`, `invalid-request` for another dataset than the slice's, `item-not-found`
 */
export async function appendToSlice(
  db: Kysely<Tables>,
  acting: Acting,
  sliceId: string,
  input: { reference_ids?: readonly string[] | null | undefined; dataset_id?: string | null | undefined },
): Promise<string[]> {
  const { datasetId, query, type } = await getSlice(db, acting.tenantId, sliceId);
  assertKeepsMembers(query);
  if (type === 'object')
    throw new AppError('invalid-request', 'A slice of objects takes no reference ids: create one with object_ids.');
  if (input.dataset_id != null && input.dataset_id !== datasetId)
    throw new AppError('invalid-request', 'dataset_id: is not the dataset of this slice.', { at: 'dataset_id' });
  const names = [...new Set(input.reference_ids ?? [])];
  return db.transaction().execute(async (tx) => {
    const { changeNo } = await claimWrite(tx, acting, datasetId);
    // Again inside the claim: it may have been deleted meanwhile.
    await getSlice(tx, acting.tenantId, sliceId);
    const of = type === 'scene' ? 'scene' : 'item';
    const places = await placeNamed(tx, { tenantId: acting.tenantId, datasetId }, names, { of, by: 'reference' });
    const unknown = names.filter((name) => !places.has(name));
    if (unknown.length > 0) throw membersNotFound('reference id', unknown);
    const slice = { datasetId, sliceId };
    const members = await listMembersAmong(tx, acting.tenantId, slice, [...places.values()].flat());
    const fresh = [...places].filter(([, seqs]) => !seqs.some((seq) => members.has(seq)));
    const seqs = fresh.flatMap(([, placed]) => placed);
    await insertMembers(tx, acting.tenantId, slice, seqs, changeNo);
    if (fresh.length > 0)
      await writeAudit(tx, acting, { action: 'slice.append', targetId: sliceId, amount: fresh.length });
    const added = new Set(fresh.map(([referenceId]) => referenceId));
    return names.filter((name) => added.has(name));
  });
}

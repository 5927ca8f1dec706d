import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { getSlice } from './find-slice.ts';
import { placeNamed } from './place-members.ts';
import { listMembersAmong, removeMembers } from './queries.ts';
import { assertKeepsMembers } from './rules.ts';

/**
 * Takes items, or scenes, out of a slice; they stay in the dataset. Answers the reference ids of those that were in it, in the order sent; names
 * that are no members are passed over.
 * @throws AppError `slice-not-found`, `invalid-request` for a live slice
 */
export async function removeFromSlice(
  db: Kysely<Tables>,
  acting: Acting,
  sliceId: string,
  referenceIds: readonly string[],
): Promise<string[]> {
  const { datasetId, type } = await getSlice(db, acting.tenantId, sliceId);
  return db.transaction().execute(async (tx) => {
    const { changeNo } = await claimWrite(tx, acting, datasetId);
    assertKeepsMembers((await getSlice(tx, acting.tenantId, sliceId)).query);
    const names = [...new Set(referenceIds)];
    const of = type === 'scene' ? 'scene' : 'item';
    const places = await placeNamed(tx, { tenantId: acting.tenantId, datasetId }, names, { of, by: 'reference' });
    const slice = { datasetId, sliceId };
    const members = await listMembersAmong(tx, acting.tenantId, slice, [...places.values()].flat());
    await removeMembers(tx, acting.tenantId, slice, [...members], changeNo);
    if (members.size > 0)
      await writeAudit(tx, acting, { action: 'slice.remove', targetId: sliceId, amount: members.size });
    return names.filter((name) => places.get(name)?.some((seq) => members.has(seq)) === true);
  });
}

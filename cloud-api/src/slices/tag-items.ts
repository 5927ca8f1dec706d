/** Tags of items. A tag is a set of items of its own, kept like a slice under its name; taking it off the last item keeps the name. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite, type DatasetClaim } from '../datasets/claim-write.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { placeReferences } from '../items/place-items.ts';
import { findItemsAfter } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { addSlice } from './create-slice.ts';
import { insertMembers, listMembersAmong, listTagRows, removeMembers } from './queries.ts';
import { membersNotFound } from './rules.ts';
import { flipTagChange, forgetTagChanges, keepTagChange, takeTagChange } from './tag-change-queries.ts';

/** How long a change of tags can be undone, in milliseconds. */
const undoMs = 10 * 60 * 1000;
const all = 2 ** 31;

/** Which items, and what happens to their tags. */
export interface TagChange {
  items: { reference_ids: readonly string[] } | { query: string };
  add: readonly string[];
  remove: readonly string[];
}

/**
 * Changes the tags of items in one transaction. Answers how many tags went on or off, counted per item; what was so already is not
 * counted and not undone.
 * @throws AppError `dataset-not-found`, `item-not-found` naming reference ids that are not there, `invalid-request` for a bad query
 */
export async function changeTags(
  db: Kysely<Tables>,
  projections: Projections,
  acting: Acting,
  datasetId: string,
  change: TagChange,
): Promise<{ changeId: string; changed: number; undoUntilMs: number }> {
  const { tenantId } = acting;
  await getDataset(db, tenantId, datasetId);
  if (change.add.some((tag) => change.remove.includes(tag)))
    throw new AppError('invalid-request', 'A tag cannot be put on and taken off at once.', { at: 'remove' });
  const found =
    'query' in change.items
      ? await findItemsAfter(
          projections.of(tenantId, datasetId),
          { condition: readQuery(change.items.query) },
          { afterSeq: -1, limit: all },
        )
      : undefined;
  return db.transaction().execute(async (tx) => {
    const claim = await claimWrite(tx, acting, datasetId);
    const seqs = found ?? (await placeNamed(tx, tenantId, datasetId, change.items));
    const known = new Map((await listTagRows(tx, tenantId, datasetId)).map((row) => [row.name, row.sliceId]));
    let changed = 0;
    for (const tag of new Set(change.add)) {
      const set = { datasetId, sliceId: known.get(tag) ?? (await addTag(tx, acting, claim, tag)) };
      const members = await listMembersAmong(tx, tenantId, set, seqs);
      const fresh = seqs.filter((seq) => !members.has(seq));
      await insertMembers(tx, tenantId, set, fresh, claim.changeNo);
      await writeAudit(tx, acting, { action: 'tag.add', targetId: set.sliceId, amount: fresh.length });
      changed += fresh.length;
    }
    for (const tag of new Set(change.remove)) {
      const sliceId = known.get(tag);
      if (sliceId === undefined) continue;
      const members = await listMembersAmong(tx, tenantId, { datasetId, sliceId }, seqs);
      await removeMembers(tx, tenantId, { datasetId, sliceId }, [...members], claim.changeNo);
      await writeAudit(tx, acting, { action: 'tag.remove', targetId: sliceId, amount: members.size });
      changed += members.size;
    }
    await forgetTagChanges(tx, tenantId, acting.nowMs - undoMs);
    const changeId = await keepTagChange(tx, tenantId, { datasetId, changeNo: claim.changeNo, atMs: acting.nowMs });
    return { changeId, changed, undoUntilMs: acting.nowMs + undoMs };
  });
}

/**
 * Undoes a change of tags and answers how many went back. What another change touched since stays as that one left it.
 * @throws AppError `dataset-not-found`, `tag-change-not-found` for one that is older than ten minutes, undone or another's
 */
export async function undoTagChange(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  changeId: string,
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const claim = await claimWrite(tx, acting, datasetId);
    const changeNo = await takeTagChange(tx, acting.tenantId, { datasetId, changeId, sinceMs: acting.nowMs - undoMs });
    if (changeNo === undefined)
      throw new AppError('tag-change-not-found', 'This change can no longer be undone: ten minutes have passed.');
    const undone = await flipTagChange(tx, acting.tenantId, datasetId, changeNo, claim.changeNo);
    await writeAudit(tx, acting, { action: 'tag.undo', targetId: datasetId, amount: undone });
    return undone;
  });
}

async function addTag(tx: Database, acting: Acting, claim: DatasetClaim, tag: string): Promise<string> {
  return addSlice(tx, acting, claim, { name: tag, type: 'tag', pendingJobs: 0 });
}

async function placeNamed(
  tx: Database,
  tenantId: string,
  datasetId: string,
  items: TagChange['items'],
): Promise<number[]> {
  const names = 'reference_ids' in items ? [...new Set(items.reference_ids)] : [];
  const places = await placeReferences(tx, tenantId, datasetId, names);
  const unknown = names.filter((name) => !places.has(name));
  if (unknown.length > 0) throw membersNotFound('reference id', unknown);
  return [...places.values()];
}

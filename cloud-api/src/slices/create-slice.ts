import type { SliceType } from '@nucleus/shared/wire/slices';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite, type DatasetClaim } from '../datasets/claim-write.ts';
import { newId } from '../ids/new-id.ts';
import { findLabels } from '../labels/find-labels.ts';
import { insertObjects, type ObjectMember } from './object-queries.ts';
import { placeNamed } from './place-members.ts';
import { insertMembers, insertSlice } from './queries.ts';
import { chooseMembers, type Members, membersNotFound, type NamedMembers, sliceTypeOf } from './rules.ts';

/**
 * Creates a slice in one of its three forms and answers its id. All members or none: a single unknown one refuses the whole.
 * @throws AppError `dataset-not-found`, `invalid-request`, `item-not-found` naming the members that are not there
 */
export async function createSlice(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  input: NamedMembers & { name: string },
): Promise<string> {
  const members = chooseMembers(input);
  return db.transaction().execute(async (tx) => {
    const claim = await claimWrite(tx, acting, datasetId);
    const place = { tenantId: acting.tenantId, datasetId };
    const objects = members.kind === 'objects' ? await findObjects(tx, place, members.names) : [];
    // The items of its labels, so that whatever reads slices reads those.
    const seqs =
      members.kind === 'objects'
        ? [...new Set(objects.map(({ seq }) => seq))]
        : await placeMembers(tx, acting.tenantId, claim, members);
    const type = sliceTypeOf(members, claim.isScene);
    const sliceId = await addSlice(tx, acting, claim, { name: input.name, type, pendingJobs: 0 });
    await insertMembers(tx, acting.tenantId, { datasetId, sliceId }, seqs, claim.changeNo);
    await insertObjects(tx, { ...place, sliceId }, objects);
    return sliceId;
  });
}

/** Adds an empty slice in the caller's transaction, whose claim on the dataset it needs. */
export async function addSlice(
  tx: Database,
  acting: Acting,
  claim: DatasetClaim,
  slice: { name: string; type: SliceType | 'tag'; pendingJobs: number; query?: string; description?: string | null },
): Promise<string> {
  const sliceId = newId('slice');
  await insertSlice(tx, {
    tenant_id: acting.tenantId,
    dataset_id: claim.datasetId,
    id: sliceId,
    name: slice.name,
    type: slice.type,
    query: slice.query ?? null,
    description: slice.description ?? null,
    tags: '[]',
    pending_jobs: slice.pendingJobs,
    change_no: claim.changeNo,
    created_at: acting.nowMs,
    deleted_at: null,
  });
  await writeAudit(tx, acting, { action: slice.type === 'tag' ? 'tag.create' : 'slice.create', targetId: sliceId });
  return sliceId;
}

/** Places of the named members, each once. @throws AppError `item-not-found` */
async function placeMembers(
  tx: Database,
  tenantId: string,
  dataset: { datasetId: string; isScene: boolean },
  members: Exclude<Members, { kind: 'objects' }>,
): Promise<number[]> {
  if (members.kind === 'none') return [];
  const names = [...new Set(members.names)];
  const by = members.kind === 'references' ? 'reference' : 'id';
  const of = sliceTypeOf(members, dataset.isScene) === 'scene' ? 'scene' : 'item';
  const found = await placeNamed(tx, { tenantId, datasetId: dataset.datasetId }, names, { of, by });
  const unknown = names.filter((name) => !found.has(name));
  if (unknown.length > 0) throw membersNotFound(by === 'reference' ? 'reference id' : of, unknown);
  return [...found.values()].flat();
}

/** Labels by their ids, annotations and predictions. @throws AppError `item-not-found` */
async function findObjects(
  tx: Database,
  place: { tenantId: string; datasetId: string },
  names: readonly string[],
): Promise<ObjectMember[]> {
  const found = await findLabels(tx, place, names);
  const there = new Set(found.map(({ labelId }) => labelId));
  const unknown = names.filter((name) => !there.has(name));
  if (unknown.length > 0) throw membersNotFound('object', unknown);
  return found;
}

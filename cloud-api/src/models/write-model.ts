import { AppError } from '@nucleus/shared/failure/app-error';
import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { newId } from '../ids/new-id.ts';
import { getSlice } from '../slices/find-slice.ts';
import { getModel } from './find-model.ts';
import { changeModel, findModelByReference, insertModel, listRunRows, type ModelRow } from './queries.ts';
import { changeList } from './rules.ts';
import { deleteRunIn } from './write-run.ts';

export interface NewModel {
  name: string;
  reference_id: string;
  metadata?: Metadata | null | undefined;
  bundle_name?: string | null | undefined;
  tags?: readonly string[] | null | undefined;
  trained_slice_ids?: readonly string[] | null | undefined;
}

/**
 * Creates a model and answers its id; the same request again, as a client that tries again sends it, answers the same.
 * @throws AppError `conflict` when another model has the reference id
 */
export async function createModel(db: Kysely<Tables>, acting: Acting, input: NewModel): Promise<string> {
  const row = {
    tenant_id: acting.tenantId,
    id: newId('model'),
    name: input.name,
    reference_id: input.reference_id,
    metadata: JSON.stringify(input.metadata ?? {}),
    bundle_name: input.bundle_name ?? null,
    tags: JSON.stringify([...new Set(input.tags ?? [])]),
    trained_slice_ids: JSON.stringify([...new Set(input.trained_slice_ids ?? [])]),
    created_at: acting.nowMs,
    deleted_at: null,
  };
  return db.transaction().execute(async (tx) => {
    const there = await findModelByReference(tx, acting.tenantId, input.reference_id);
    if (there !== undefined) {
      if (there.name === row.name && there.metadata === row.metadata) return there.modelId;
      throw new AppError('conflict', 'reference_id: another model has it.', { at: 'reference_id' });
    }
    await insertModel(tx, row);
    await writeAudit(tx, acting, { action: 'model.create', targetId: row.id });
    return row.id;
  });
}

/** Ends a model and its runs at once for every route; their predictions go afterwards. @throws AppError `model-not-found` */
export async function deleteModel(db: Kysely<Tables>, acting: Acting, modelId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await getModel(tx, acting.tenantId, modelId);
    for (const run of await listRunRows(tx, acting.tenantId, { modelId })) await deleteRunIn(tx, acting, run);
    await changeModel(tx, acting.tenantId, modelId, { deleted_at: acting.nowMs });
    await writeAudit(tx, acting, { action: 'model.delete', targetId: modelId });
  });
}

/**
 * Adds or removes tags and answers all that there are now.
 * @throws AppError `model-not-found`, `invalid-request` when none of those to be removed is there, in the client's words
 */
export async function changeModelTags(
  db: Kysely<Tables>,
  acting: Acting,
  modelId: string,
  change: { add?: readonly string[]; remove?: readonly string[] },
): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    const model = await getModel(tx, acting.tenantId, modelId);
    const tags = changeList(model.tags, change);
    if (change.remove !== undefined && tags.length === (JSON.parse(model.tags) as string[]).length)
      throw new AppError('invalid-request', 'Deleted 0 tags from model. The specified tag(s) were not found.');
    await changeModel(tx, acting.tenantId, model.modelId, { tags: JSON.stringify(tags) });
    await writeAudit(tx, acting, { action: 'model.change', targetId: model.modelId });
    return tags;
  });
}

/**
 * Adds or removes slices that a model was trained on and answers all that there are now.
 * @throws AppError `model-not-found`, `slice-not-found` for one to be added that is not there
 */
export async function changeTrainedSlices(
  db: Kysely<Tables>,
  acting: Acting,
  modelId: string,
  change: { add?: readonly string[]; remove?: readonly string[] },
): Promise<string[]> {
  return db.transaction().execute((tx) => changeTrainedSlicesIn(tx, acting, modelId, change));
}

async function changeTrainedSlicesIn(
  tx: Database,
  acting: Acting,
  modelId: string,
  change: { add?: readonly string[]; remove?: readonly string[] },
): Promise<string[]> {
  const model: ModelRow = await getModel(tx, acting.tenantId, modelId);
  for (const sliceId of change.add ?? []) await getSlice(tx, acting.tenantId, sliceId);
  const slices = changeList(model.trainedSliceIds, change);
  await changeModel(tx, acting.tenantId, model.modelId, { trained_slice_ids: JSON.stringify(slices) });
  await writeAudit(tx, acting, { action: 'model.change', targetId: model.modelId });
  return slices;
}

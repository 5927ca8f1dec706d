import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { newId } from '../ids/new-id.ts';
import { findLastRun, getModel, getRun } from './find-model.ts';
import { findModelByReference, insertRun, listRunRows, markRunDeleted, type RunRow } from './queries.ts';
import { modelNotFound } from './rules.ts';

/** @throws AppError `dataset-not-found`, `model-not-found` for a reference id that no model has */
export async function createRun(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  input: { name: string; modelReference: string; metadata: Metadata; schema: unknown },
): Promise<string> {
  return db.transaction().execute(async (tx) => {
    const { changeNo } = await claimWrite(tx, acting, datasetId);
    const model = await findModelByReference(tx, acting.tenantId, input.modelReference);
    if (model === undefined) throw modelNotFound();
    return addRun(tx, acting, { datasetId, modelId: model.modelId, ...input }, changeNo);
  });
}

/**
 * The run under which a model's predictions for a dataset are kept: its newest one, made when there is none.
 * @throws AppError `dataset-not-found`, `model-not-found`
 */
export async function openRun(db: Kysely<Tables>, acting: Acting, datasetId: string, modelId: string): Promise<RunRow> {
  const there = await findLastRun(db, acting.tenantId, datasetId, modelId);
  if (there !== undefined) return there;
  const runId = await db.transaction().execute(async (tx) => {
    const { changeNo } = await claimWrite(tx, acting, datasetId);
    // Again behind the claim: the first ten requests of one upload come at once.
    const known = (await listRunRows(tx, acting.tenantId, { datasetId, modelId })).at(-1);
    if (known !== undefined) return known.runId;
    const { name } = await getModel(tx, acting.tenantId, modelId);
    return addRun(tx, acting, { datasetId, modelId, name, metadata: {}, schema: null }, changeNo);
  });
  return getRun(db, acting.tenantId, runId);
}

async function addRun(
  tx: Database,
  acting: Acting,
  run: { datasetId: string; modelId: string; name: string; metadata: Metadata; schema: unknown },
  changeNo: number,
): Promise<string> {
  const id = newId('modelRun');
  await insertRun(tx, {
    tenant_id: acting.tenantId,
    dataset_id: run.datasetId,
    id,
    model_id: run.modelId,
    name: run.name,
    metadata: JSON.stringify(run.metadata),
    annotation_metadata_schema: run.schema == null ? null : JSON.stringify(run.schema),
    change_no: changeNo,
    created_at: acting.nowMs,
    deleted_at: null,
  });
  await writeAudit(tx, acting, { action: 'model-run.create', targetId: id });
  return id;
}

/** @throws AppError `model-run-not-found` */
export async function deleteRun(db: Kysely<Tables>, acting: Acting, runId: string): Promise<void> {
  await db.transaction().execute(async (tx) => deleteRunIn(tx, acting, await getRun(tx, acting.tenantId, runId)));
}

/** Ends a run at once for every route and for queries, in the caller's transaction. */
export async function deleteRunIn(tx: Database, acting: Acting, run: RunRow): Promise<void> {
  const { changeNo } = await claimWrite(tx, acting, run.datasetId);
  await markRunDeleted(tx, acting.tenantId, run.runId, { changeNo, nowMs: acting.nowMs });
  await writeAudit(tx, acting, { action: 'model-run.delete', targetId: run.runId });
}

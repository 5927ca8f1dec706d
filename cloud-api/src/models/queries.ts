import type { ModelRunsTable, ModelsTable } from '../database/model-tables.ts';
import type { Database } from '../database/open-database.ts';

/** A model that is there. */
export interface ModelRow {
  modelId: string;
  name: string;
  referenceId: string;
  metadata: string;
  bundleName: string | null;
  tags: string;
  trainedSliceIds: string;
}

/** A run that is there, of a dataset that is there. */
export interface RunRow {
  runId: string;
  datasetId: string;
  modelId: string;
  name: string;
  metadata: string;
}

const selectModels = (db: Database, tenantId: string) =>
  db
    .selectFrom('models')
    .select([
      'id as modelId',
      'name',
      'reference_id as referenceId',
      'metadata',
      'bundle_name as bundleName',
      'tags',
      'trained_slice_ids as trainedSliceIds',
    ])
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is', null);

export function listModelRows(db: Database, tenantId: string): Promise<ModelRow[]> {
  return selectModels(db, tenantId).orderBy('created_at').orderBy('id').execute();
}

export function findModelRow(db: Database, tenantId: string, modelId: string): Promise<ModelRow | undefined> {
  return selectModels(db, tenantId).where('id', '=', modelId).executeTakeFirst();
}

export function findModelByReference(
  db: Database,
  tenantId: string,
  referenceId: string,
): Promise<ModelRow | undefined> {
  return selectModels(db, tenantId).where('reference_id', '=', referenceId).executeTakeFirst();
}

export async function insertModel(db: Database, row: ModelsTable): Promise<void> {
  await db.insertInto('models').values(row).execute();
}

export async function changeModel(
  db: Database,
  tenantId: string,
  modelId: string,
  change: { tags: string } | { trained_slice_ids: string } | { deleted_at: number },
): Promise<void> {
  await db.updateTable('models').set(change).where('tenant_id', '=', tenantId).where('id', '=', modelId).execute();
}

const selectRuns = (db: Database, tenantId: string) =>
  db
    .selectFrom('model_runs')
    .innerJoin('datasets', (join) =>
      join.onRef('datasets.tenant_id', '=', 'model_runs.tenant_id').onRef('datasets.id', '=', 'model_runs.dataset_id'),
    )
    .select([
      'model_runs.id as runId',
      'model_runs.dataset_id as datasetId',
      'model_runs.model_id as modelId',
      'model_runs.name',
      'model_runs.metadata',
    ])
    .where('model_runs.tenant_id', '=', tenantId)
    .where('model_runs.deleted_at', 'is', null)
    .where('datasets.deleted_at', 'is', null);

export function findRunRow(db: Database, tenantId: string, runId: string): Promise<RunRow | undefined> {
  return selectRuns(db, tenantId).where('model_runs.id', '=', runId).executeTakeFirst();
}

/** Runs in the order in which they were made: of a dataset, of a model, or of both. */
export function listRunRows(
  db: Database,
  tenantId: string,
  of: { datasetId?: string; modelId?: string },
): Promise<RunRow[]> {
  let runs = selectRuns(db, tenantId).orderBy('model_runs.created_at').orderBy('model_runs.id');
  if (of.datasetId !== undefined) runs = runs.where('model_runs.dataset_id', '=', of.datasetId);
  if (of.modelId !== undefined) runs = runs.where('model_runs.model_id', '=', of.modelId);
  return runs.execute();
}

export async function insertRun(db: Database, row: ModelRunsTable): Promise<void> {
  await db.insertInto('model_runs').values(row).execute();
}

/** Ends a run for every route; its row stays, because projections hear of its end by the change number. */
export async function markRunDeleted(
  db: Database,
  tenantId: string,
  runId: string,
  change: { changeNo: number; nowMs: number },
): Promise<void> {
  await db
    .updateTable('model_runs')
    .set({ name: '', metadata: '{}', deleted_at: change.nowMs, change_no: change.changeNo })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', runId)
    .execute();
}

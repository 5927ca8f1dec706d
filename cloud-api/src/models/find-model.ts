import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { findModelRow, findRunRow, listModelRows, listRunRows, type ModelRow, type RunRow } from './queries.ts';
import { modelNotFound, runNotFound } from './rules.ts';

/** A model by its id, or by that of one of its runs. @throws AppError `model-not-found` */
export async function getModel(db: Database, tenantId: string, id: string): Promise<ModelRow> {
  const modelId = id.startsWith('run_') ? (await findRunRow(db, tenantId, id))?.modelId : id;
  const model = modelId === undefined ? undefined : await findModelRow(db, tenantId, modelId);
  if (model === undefined) throw modelNotFound();
  return model;
}

/** The tenant's models, oldest first. */
export function listModels(db: Database, tenantId: string): Promise<ModelRow[]> {
  return listModelRows(db, tenantId);
}

/** @throws AppError `model-run-not-found` */
export async function getRun(db: Database, tenantId: string, runId: string): Promise<RunRow> {
  const run = await findRunRow(db, tenantId, runId);
  if (run === undefined) throw runNotFound();
  return run;
}

/** Ids of the runs over a dataset, oldest first. @throws AppError `dataset-not-found` */
export async function listRunIds(db: Database, tenantId: string, datasetId: string): Promise<string[]> {
  await getDataset(db, tenantId, datasetId);
  return (await listRunRows(db, tenantId, { datasetId })).map(({ runId }) => runId);
}

/**
 * The newest run of a model over a dataset; undefined while the model has said nothing about it.
 * @throws AppError `dataset-not-found`, `model-not-found`
 */
export async function findLastRun(
  db: Database,
  tenantId: string,
  datasetId: string,
  modelId: string,
): Promise<RunRow | undefined> {
  await getDataset(db, tenantId, datasetId);
  await getModel(db, tenantId, modelId);
  return (await listRunRows(db, tenantId, { datasetId, modelId })).at(-1);
}

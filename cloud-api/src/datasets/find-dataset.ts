import type { Database } from '../database/open-database.ts';
import { type DatasetRow, findDataset, listDatasetRows } from './queries.ts';
import { datasetNotFound } from './rules.ts';

/** @throws AppError `dataset-not-found` for one that is missing, deleted or another tenant's */
export async function getDataset(db: Database, tenantId: string, datasetId: string): Promise<DatasetRow> {
  const dataset = await findDataset(db, tenantId, datasetId);
  if (dataset === undefined) throw datasetNotFound(datasetId);
  return dataset;
}

/** The tenant's datasets, oldest first. */
export function listDatasets(db: Database, tenantId: string): Promise<DatasetRow[]> {
  return listDatasetRows(db, tenantId);
}

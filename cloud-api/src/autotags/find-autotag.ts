import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { findAutotagRow, listAutotagRows } from './queries.ts';
import { type AutotagRow, autotagNotFound } from './rules.ts';

/** @throws AppError `autotag-not-found` for one that is missing, deleted or another tenant's */
export async function getAutotag(db: Database, tenantId: string, autotagId: string): Promise<AutotagRow> {
  const autotag = await findAutotagRow(db, tenantId, autotagId);
  if (autotag === undefined) throw autotagNotFound();
  return autotag;
}

/** The autotags of a dataset, oldest first. @throws AppError `dataset-not-found` */
export async function listAutotags(db: Database, tenantId: string, datasetId: string): Promise<AutotagRow[]> {
  await getDataset(db, tenantId, datasetId);
  return listAutotagRows(db, tenantId, datasetId);
}

/** @throws AppError `dataset-not-found`, `autotag-not-found` */
export async function getAutotagByName(
  db: Database,
  tenantId: string,
  datasetId: string,
  name: string,
): Promise<AutotagRow> {
  const autotag = (await listAutotags(db, tenantId, datasetId)).find((each) => each.name === name);
  if (autotag !== undefined) return autotag;
  throw new AppError('autotag-not-found', `The autotag ${name} was not found in dataset ${datasetId}.`);
}

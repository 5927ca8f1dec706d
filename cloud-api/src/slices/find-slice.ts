import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { findSliceRow, listSliceRows, type SliceRow } from './queries.ts';
import { readSliceType, sliceNotFound } from './rules.ts';

/** @throws AppError `slice-not-found` for one that is missing, deleted, another tenant's or of a deleted dataset */
export async function getSlice(db: Database, tenantId: string, sliceId: string): Promise<SliceRow> {
  const slice = await findSliceRow(db, tenantId, sliceId);
  if (slice === undefined) throw sliceNotFound(sliceId);
  return slice;
}

/** The slices of the tenant's datasets, oldest first. */
export function listSlices(db: Database, tenantId: string): Promise<SliceRow[]> {
  return listSliceRows(db, tenantId);
}

/** Slices of a dataset that have the given name and type; names are not unique. @throws AppError `dataset-not-found` */
export async function listSlicesOf(
  db: Database,
  tenantId: string,
  datasetId: string,
  wanted: { name?: string | undefined; type?: string | undefined } = {},
): Promise<SliceRow[]> {
  await getDataset(db, tenantId, datasetId);
  const type = wanted.type ? readSliceType(wanted.type) : undefined;
  return (await listSliceRows(db, tenantId, datasetId)).filter(
    (slice) => (!wanted.name || slice.name === wanted.name) && (type === undefined || slice.type === type),
  );
}

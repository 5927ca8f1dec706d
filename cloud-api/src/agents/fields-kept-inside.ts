import type { Database } from '../database/open-database.ts';
import { findSourceByDataset } from './queries.ts';
import { isKeptInside } from './rules.ts';

/** Tells the fields that the source of a dataset keeps inside; none where no agent fills it. */
export async function fieldsKeptInside(
  db: Database,
  tenantId: string,
  datasetId: string,
): Promise<(field: string) => boolean> {
  const source = await findSourceByDataset(db, tenantId, datasetId);
  return (field) => source !== undefined && isKeptInside(field, source);
}

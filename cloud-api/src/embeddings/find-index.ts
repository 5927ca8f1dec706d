import type { Database } from '../database/open-database.ts';
import { countVectors, listIndexes } from './queries.ts';
import { type IndexPlace, type IndexRow, primaryOf } from './rules.ts';

/** The index that similarity, status and exports use; undefined when the dataset has none. */
export async function findPrimaryIndex(
  db: Database,
  tenantId: string,
  datasetId: string,
): Promise<(IndexPlace & IndexRow) | undefined> {
  const index = primaryOf(await listIndexes(db, tenantId, datasetId));
  return index && { tenantId, datasetId, ...index };
}

/** How many live items have a vector in the primary index; 0 without one. */
export async function countIndexed(db: Database, tenantId: string, datasetId: string): Promise<number> {
  const index = await findPrimaryIndex(db, tenantId, datasetId);
  return index === undefined ? 0 : countVectors(db, index);
}

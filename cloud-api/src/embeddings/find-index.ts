import type { Database } from '../database/open-database.ts';
import { countObjectVectors } from './object-queries.ts';
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

/** How many labels of live items that a run made have a vector in the primary index of labels; 0 without one. */
export async function countIndexedObjects(
  db: Database,
  tenantId: string,
  datasetId: string,
  runId: string,
): Promise<number> {
  const index = primaryOf(await listIndexes(db, tenantId, datasetId, 'object'));
  return index === undefined ? 0 : countObjectVectors(db, { tenantId, datasetId, runId, indexId: index.indexId });
}

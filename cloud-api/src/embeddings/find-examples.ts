import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { placeReferences } from '../items/place-items.ts';
import { listIndexes, listVectorsAt } from './queries.ts';
import { primaryOf, readVector } from './rules.ts';

/** Examples of one index. */
export interface Examples {
  indexId: string;
  dimension: number;
  /** Vectors by place of the item; an item without one is not in it. */
  vectors: ReadonlyMap<number, ArrayLike<number>>;
}

/**
 * Places of examples by reference id.
 * @throws AppError `item-not-found` naming the first that is not there
 */
export async function placeExamples(
  db: Database,
  tenantId: string,
  datasetId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const places = await placeReferences(db, tenantId, datasetId, [...new Set(names)]);
  const unknown = names.find((name) => !places.has(name));
  if (unknown === undefined) return places;
  throw new AppError('item-not-found', 'There is no such item in this dataset.');
}

/** The vectors at places in an index, the primary one unless it is named; undefined when the dataset has no such index. */
export async function findExamples(
  db: Database,
  tenantId: string,
  datasetId: string,
  indexId: string | undefined,
  seqs: readonly number[],
): Promise<Examples | undefined> {
  const indexes = await listIndexes(db, tenantId, datasetId);
  const index = indexId === undefined ? primaryOf(indexes) : indexes.find((each) => each.indexId === indexId);
  if (index === undefined) return undefined;
  const rows = await listVectorsAt(db, { tenantId, datasetId, ...index }, seqs);
  return {
    indexId: index.indexId,
    dimension: index.dimension,
    vectors: new Map(rows.map(({ seq, vector }) => [seq, readVector(vector)])),
  };
}

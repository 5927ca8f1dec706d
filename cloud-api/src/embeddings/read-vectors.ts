import type { ItemVector } from '@nucleus/shared/wire/embeddings';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { getSlice } from '../slices/find-slice.ts';
import { findPrimaryIndex } from './find-index.ts';
import { listVectorsAfter, listVectorsAt } from './queries.ts';
import { type IndexPlace, readVector } from './rules.ts';

const rowsPerPage = 1_000;

/** Which vectors: those of a dataset, or of the members of one of its slices. */
export interface VectorScope {
  datasetId: string;
  sliceId?: string | undefined;
}

/** What an id that may be a dataset's or a slice's names. @throws AppError `dataset-not-found`, `slice-not-found` */
export async function scopeOf(db: Database, tenantId: string, datasetOrSliceId: string): Promise<VectorScope> {
  if (!datasetOrSliceId.startsWith('slc_')) {
    return { datasetId: (await getDataset(db, tenantId, datasetOrSliceId)).datasetId };
  }
  const { datasetId } = await getSlice(db, tenantId, datasetOrSliceId);
  return { datasetId, sliceId: datasetOrSliceId };
}

/** Vectors of the primary index in insertion order, a page at a time, each page with the place it ends at; nothing without an index. */
export async function* pagesOfVectors(
  db: Database,
  tenantId: string,
  scope: VectorScope,
  fromSeq = -1,
): AsyncGenerator<{ rows: ItemVector[]; lastSeq: number }> {
  const index = await findPrimaryIndex(db, tenantId, scope.datasetId);
  if (index === undefined) return;
  let afterSeq = fromSeq;
  for (;;) {
    const page = await listVectorsAfter(db, { ...index, sliceId: scope.sliceId }, afterSeq, rowsPerPage);
    const last = page.at(-1);
    if (last === undefined) return;
    afterSeq = last.seq;
    const rows = page.map(({ referenceId, vector }) => ({
      reference_id: referenceId,
      embedding_vector: Array.from(readVector(vector)),
    }));
    yield { rows, lastSeq: afterSeq };
    if (page.length < rowsPerPage) return;
  }
}

/** The vector of the item at a place. */
export interface PlacedVector {
  seq: number;
  vector: ArrayLike<number>;
}

/** Vectors of an index of live items after a place, in insertion order. */
export async function listPlacedVectors(
  db: Database,
  index: IndexPlace,
  afterSeq: number,
  limit: number,
): Promise<PlacedVector[]> {
  const rows = await listVectorsAfter(db, index, afterSeq, limit);
  return rows.map(({ seq, vector }) => ({ seq, vector: readVector(vector) }));
}

/** Vectors of an index at places, in no order; a place without one is left out. */
export async function placeVectors(db: Database, index: IndexPlace, seqs: readonly number[]): Promise<PlacedVector[]> {
  const rows = await listVectorsAt(db, index, seqs);
  return rows.map(({ seq, vector }) => ({ seq, vector: readVector(vector) }));
}

/** Pages of vectors as one JSON list, written while they are read. */
export async function* spellVectors(pages: AsyncIterable<{ rows: ItemVector[] }>): AsyncGenerator<string> {
  let isFirst = true;
  yield '[';
  for await (const { rows } of pages) {
    yield (isFirst ? '' : ',') + rows.map((row) => JSON.stringify(row)).join(',');
    isFirst = false;
  }
  yield ']';
}

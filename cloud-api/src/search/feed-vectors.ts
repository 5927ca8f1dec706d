import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { readVector } from '../embeddings/rules.ts';
import type { IndexChange, VectorPosition, VectorRow } from './truth-feed.ts';

/** Indexes of a dataset that were made or deleted by the writes after `after`, up to and including `upTo`. */
export async function listChangedIndexes(
  db: Database,
  tenantId: string,
  datasetId: string,
  after: number,
  upTo: number,
): Promise<IndexChange[]> {
  const rows = await db
    .selectFrom('embedding_indexes')
    .select(['id as indexId', 'dimension', 'deleted_at as deletedAt'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('level', '=', 'image')
    .where('change_no', '>', after)
    .where('change_no', '<=', upTo)
    .execute();
  return rows.map(({ indexId, dimension, deletedAt }) => ({ indexId, dimension, isLive: deletedAt === null }));
}

/** Vectors that were set or taken away after `after`, by writes up to and including `upTo`; walks item_vectors_by_change. */
export async function listChangedVectors(
  db: Database,
  tenantId: string,
  datasetId: string,
  after: VectorPosition,
  upTo: number,
  limit: number,
): Promise<VectorRow[]> {
  const rows = await db
    .selectFrom('item_vectors')
    .select(['change_no as changeNo', 'index_id as indexId', 'seq', 'vector'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    // a row value, so that both databases start in the index where the last page ended
    .where(sql<boolean>`(change_no, index_id, seq) > (${after.changeNo}, ${after.indexId}, ${after.seq})`)
    .where('change_no', '<=', upTo)
    .orderBy('change_no')
    .orderBy('index_id')
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(({ vector, ...row }) => ({
    ...row,
    vector: vector === null ? undefined : Float32Array.from(readVector(vector)),
  }));
}

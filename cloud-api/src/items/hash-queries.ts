import { sql } from 'kysely';
import { inChunks } from '../database/in-chunks.ts';
import type { Database } from '../database/open-database.ts';

// The literal lets both databases use the partial index items_live_by_seq.
const isLive = sql<boolean>`state = 'live'`;

/** Places of live items, in no order. */
export async function listPlacesById(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemIds: readonly string[],
): Promise<{ itemId: string; seq: number }[]> {
  const found: { itemId: string; seq: number }[] = [];
  for (const chunk of inChunks(itemIds, 1)) {
    const rows = await db
      .selectFrom('items')
      .select(['id as itemId', 'seq'])
      .where('tenant_id', '=', tenantId)
      .where('dataset_id', '=', datasetId)
      .where(isLive)
      .where('id', 'in', chunk)
      .execute();
    found.push(...rows);
  }
  return found;
}

/** A live item as deduplication reads it. */
export interface HashedRow {
  itemId: string;
  referenceId: string;
  seq: number;
  phash: string | null;
  /** Null when there is a hash: it only tells why one is missing. */
  agentMetadata: string | null;
}

const selectHashes = (db: Database, tenantId: string, datasetId: string) =>
  db
    .selectFrom('items')
    .select([
      'id as itemId',
      'reference_id as referenceId',
      'seq',
      'phash',
      sql<string | null>`case when phash is null then agent_metadata end`.as('agentMetadata'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(isLive)
    // A point cloud has no picture to compare.
    .where('kind', '=', 'image')
    .$narrowType<{ referenceId: string }>();

/** Up to `limit` live items from `fromSeq` on, in insertion order; walks items_live_by_seq. */
export async function listHashesFrom(
  db: Database,
  tenantId: string,
  datasetId: string,
  fromSeq: number,
  limit: number,
): Promise<HashedRow[]> {
  return selectHashes(db, tenantId, datasetId).where('seq', '>=', fromSeq).orderBy('seq').limit(limit).execute();
}

/** The live items at the given places, in no order. */
export async function listHashesAt(
  db: Database,
  tenantId: string,
  datasetId: string,
  seqs: readonly number[],
): Promise<HashedRow[]> {
  const found: HashedRow[] = [];
  for (const chunk of inChunks(seqs, 1)) {
    found.push(...(await selectHashes(db, tenantId, datasetId).where('seq', 'in', chunk).execute()));
  }
  return found;
}

import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { feedChanges } from './feed-changes.ts';
import { listChangedSceneTotals, listTaxonomyNames } from './feed-labels.ts';
import type { FeedPosition, FeedRow, TruthFeed } from './truth-feed.ts';

/** Feeds the projection of one dataset's scenes: each is a row with its own place, id, reference id and metadata; walks scenes_by_change. */
export function feedScenes(db: Database, tenantId: string, datasetId: string, storeEpoch: string): TruthFeed {
  const { storeEpoch: epoch, changeNo } = feedChanges(db, tenantId, datasetId, storeEpoch);
  const none = async () => [];
  return {
    storeEpoch: epoch,
    keptInside: async () => () => false,
    changeNo,
    rowsAfter: (after, limit) => listChangedScenes(db, tenantId, datasetId, after, limit),
    labelsAfter: (after, upTo, limit) => listChangedSceneTotals(db, tenantId, datasetId, after, upTo, limit),
    taxonomies: () => listTaxonomyNames(db, tenantId, datasetId),
    // Slices, tags, vectors, predictions and autotags are those of items.
    slicesAfter: none,
    membersAfter: none,
    indexesAfter: none,
    vectorsAfter: none,
    runsAfter: none,
    autotags: none,
    scoresAfter: none,
  };
}

async function listChangedScenes(
  db: Database,
  tenantId: string,
  datasetId: string,
  after: FeedPosition,
  limit: number,
): Promise<FeedRow[]> {
  const rows = await db
    .selectFrom('scenes')
    .select(['id', 'reference_id', 'seq', 'change_no', 'metadata'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(sql<boolean>`(change_no, seq) > (${after.changeNo}, ${after.seq})`)
    .orderBy('change_no')
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    changeNo: row.change_no,
    seq: row.seq,
    isLive: row.reference_id !== null,
    itemId: row.id,
    referenceId: row.reference_id ?? '',
    widthPx: null,
    heightPx: null,
    phash: null,
    metadata: JSON.parse(row.metadata) as FeedRow['metadata'],
  }));
}

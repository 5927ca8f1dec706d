import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Json } from '@nucleus/shared/record/canonical-json';
import { sql } from 'kysely';
import { fieldsKeptInside } from '../agents/fields-kept-inside.ts';
import type { Database } from '../database/open-database.ts';
import { listAutotags, listScoresAfter } from './feed-autotags.ts';
import { listChangedRuns, listChangedTotals, listTaxonomyNames } from './feed-labels.ts';
import { listChangedMembers, listChangedSlices } from './feed-slices.ts';
import { listChangedIndexes, listChangedVectors } from './feed-vectors.ts';
import type { FeedPosition, FeedRow, TruthFeed } from './truth-feed.ts';

/** Rows whose metadata is parsed in one go: others have their turn after a few milliseconds. */
const rowsPerTurn = 250;

/** Feeds the projection of one dataset from the database; walks items_by_change. */
export function feedChanges(db: Database, tenantId: string, datasetId: string, storeEpoch: string): TruthFeed {
  return {
    storeEpoch: async () => storeEpoch,
    keptInside: () => fieldsKeptInside(db, tenantId, datasetId),
    changeNo: async () => {
      const row = await db
        .selectFrom('datasets')
        .select('change_no')
        .where('tenant_id', '=', tenantId)
        .where('id', '=', datasetId)
        .executeTakeFirst();
      return row?.change_no ?? 0;
    },
    rowsAfter: (after, limit) => listChangedItems(db, tenantId, datasetId, after, limit),
    slicesAfter: (after, upTo) => listChangedSlices(db, tenantId, datasetId, after, upTo),
    membersAfter: (after, upTo, limit) => listChangedMembers(db, tenantId, datasetId, after, upTo, limit),
    indexesAfter: (after, upTo) => listChangedIndexes(db, tenantId, datasetId, after, upTo),
    runsAfter: (after, upTo) => listChangedRuns(db, tenantId, datasetId, after, upTo),
    autotags: () => listAutotags(db, tenantId, datasetId),
    scoresAfter: (autotag, afterSeq, limit) => listScoresAfter(db, tenantId, datasetId, autotag, afterSeq, limit),
    taxonomies: () => listTaxonomyNames(db, tenantId, datasetId),
    labelsAfter: (after, upTo, limit) => listChangedTotals(db, tenantId, datasetId, after, upTo, limit, 'items'),
    vectorsAfter: (after, upTo, limit) => listChangedVectors(db, tenantId, datasetId, after, upTo, limit),
  };
}

async function listChangedItems(
  db: Database,
  tenantId: string,
  datasetId: string,
  after: FeedPosition,
  limit: number,
): Promise<FeedRow[]> {
  const rows = await db
    .selectFrom('items')
    .select([
      'id',
      'reference_id',
      'seq',
      'state',
      'change_no',
      'width',
      'height',
      'phash',
      'user_metadata',
      'agent_metadata',
    ])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    // a row value, so that both databases start in the index where the last page ended
    .where(sql<boolean>`(change_no, seq) > (${after.changeNo}, ${after.seq})`)
    .orderBy('change_no')
    .orderBy('seq')
    .limit(limit)
    .execute();
  const fed: FeedRow[] = [];
  for (const row of rows) {
    if (fed.length % rowsPerTurn === 0) await nextTurn();
    fed.push({
      changeNo: row.change_no,
      seq: row.seq,
      isLive: row.state === 'live' && row.reference_id !== null,
      itemId: row.id,
      referenceId: row.reference_id ?? '',
      widthPx: row.width,
      heightPx: row.height,
      phash: row.phash,
      metadata: mergeFields(row.user_metadata, row.agent_metadata),
    });
  }
  return fed;
}

function mergeFields(user: string, agent: string | null): FeedRow['metadata'] {
  const ofUsers = JSON.parse(user) as Record<string, Json>;
  return agent === null ? ofUsers : { ...ofUsers, ...(JSON.parse(agent) as Record<string, Json>) };
}

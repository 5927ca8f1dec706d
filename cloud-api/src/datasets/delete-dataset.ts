import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { purgeAutotags } from '../autotags/delete-autotag.ts';
import type { Tables } from '../database/tables.ts';
import { purgeVectors } from '../embeddings/purge-vectors.ts';
import { purgeResults } from '../job-queue/withdraw-results.ts';
import { purgeLabels } from '../labels/purge-labels.ts';
import { purgeScenes } from '../scenes/change-scenes.ts';
import { purgeSlices } from '../slices/purge-slices.ts';
import { purgeTaxonomies } from '../taxonomies/purge-taxonomies.ts';
import { markDatasetDeleted, purgeItems, purgeWriteRows } from './queries.ts';
import { datasetNotFound } from './rules.ts';

/**
 * Ends a dataset at once for every route; its rows go afterwards ({@link purgeDeletedDatasets}).
 * @throws AppError `dataset-not-found`
 */
export async function deleteDataset(db: Kysely<Tables>, acting: Acting, datasetId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if ((await markDatasetDeleted(tx, acting.tenantId, datasetId, acting.nowMs)) === 0)
      throw datasetNotFound(datasetId);
    await writeAudit(tx, acting, { action: 'dataset.delete', targetId: datasetId });
  });
}

const purgeChunk = 500; // rows at a time, so that other requests get their turn between

/** Removes the rows of deleted datasets, and of deleted autotags, until none is left or `signal` aborts. What a stop leaves over, the next start removes. */
export async function purgeDeletedDatasets(db: Kysely<Tables>, signal: AbortSignal): Promise<void> {
  const items = [purgeItems, purgeWriteRows, purgeVectors, purgeLabels, purgeAutotags, purgeScenes];
  const purges = [...items, purgeSlices, purgeTaxonomies, purgeResults];
  for (const purge of purges) {
    while (!signal.aborted && (await purge(db, purgeChunk)) > 0) await nextTurn();
  }
}

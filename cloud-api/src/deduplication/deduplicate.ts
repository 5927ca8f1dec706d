/** Finds a dataset's items that are no near duplicates of each other (wire contract 7). Long: a job calls it. */

import { orderByHash, readHashes } from '@nucleus/shared/dedup/hash-list';
import { walkUnique } from '@nucleus/shared/dedup/walk-unique';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { listHashCandidates, listNamedHashCandidates, type NamedItems } from '../items/list-hashes.ts';
import { assertThreshold, chooseHashed, type HashedItem } from './rules.ts';
import { type LongWork, takeTurns } from './take-turns.ts';

export interface Deduplication extends NamedItems {
  /** Largest Hamming distance that still is a duplicate, 0 to 64. */
  threshold: number;
}

/** As the job's message tells it; both lists run parallel, in order of the hash. */
export interface DeduplicationResult {
  unique_item_ids: string[];
  unique_reference_ids: string[];
  stats: {
    threshold: number;
    original_count: number;
    deduplicated_count: number;
    /** Items of a privacy-mode dataset that have no pixels to compare. */
    skipped_without_hash: number;
  };
}

/**
 * Compares the named items, or the whole dataset when none are named. The same items give the same lists.
 * @throws AppError `dataset-not-found`, `invalid-request` for a bad threshold or two lists, `item-not-found` for an unknown id,
 * `perceptual-hash-missing`; the signal's reason when it aborts
 */
export async function deduplicate(
  db: Database,
  tenantId: string,
  datasetId: string,
  input: Deduplication,
  work: LongWork = {},
): Promise<DeduplicationResult> {
  assertThreshold(input.threshold);
  const dataset = await getDataset(db, tenantId, datasetId);
  const isNamed = input.reference_ids != null || input.dataset_item_ids != null;
  if (input.reference_ids != null && input.dataset_item_ids != null)
    throw new AppError('invalid-request', 'Name reference_ids or dataset_item_ids, not both.');
  const candidates = isNamed
    ? await listNamedHashCandidates(db, tenantId, datasetId, input)
    : await listHashCandidates(db, tenantId, datasetId, work.signal);
  const { hashed, skippedWithoutHash } = chooseHashed(candidates, dataset.isPrivate && !isNamed);
  const unique = await findUnique(hashed, input.threshold, work);
  return {
    unique_item_ids: unique.map(({ itemId }) => itemId),
    unique_reference_ids: unique.map(({ referenceId }) => referenceId),
    stats: {
      threshold: input.threshold,
      original_count: hashed.length + skippedWithoutHash,
      deduplicated_count: unique.length,
      skipped_without_hash: skippedWithoutHash,
    },
  };
}

async function findUnique(items: readonly HashedItem[], threshold: number, work: LongWork): Promise<HashedItem[]> {
  const hashes = readHashes(items.map(({ phash }) => phash));
  const order = orderByHash(hashes, (a, b) => ((items[a]?.itemId ?? '') < (items[b]?.itemId ?? '') ? -1 : 1));
  const kept = await takeTurns(walkUnique(hashes, order, threshold), items.length, work);
  work.onProgress?.(1);
  return kept.map((place) => items[place] as HashedItem);
}

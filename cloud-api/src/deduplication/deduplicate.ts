/** Finds a dataset's items that are no near duplicates of each other (wire contract 7). Long: a job calls it. */

import { AppError } from '@nucleus/shared/failure/app-error';
import { countBareItems } from '../attachments/unfetched-items.ts';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { eachHashPage, listNamedHashCandidates, type NamedItems } from '../items/list-hashes.ts';
import { compareAside } from './compare-aside.ts';
import { HashTable } from './hash-table.ts';
import { assertThreshold, hashMissing } from './rules.ts';
import type { LongWork } from './take-turns.ts';
import { unpadded } from './text-column.ts';

export interface Deduplication extends NamedItems {
  /** Largest Hamming distance that still is a duplicate, 0 to 64. */
  threshold: number;
}

export interface DeduplicationResult {
  /** Places in `names` of what is kept, in order of the hash. */
  places: Uint32Array;
  names: { itemId: (place: number) => string; referenceId: (place: number) => string };
  stats: {
    threshold: number;
    original_count: number;
    deduplicated_count: number;
    /** Items of a privacy-mode dataset that have no pixels to compare, or of another whose picture could not be fetched. */
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
  const table = new HashTable({ hasNames: true });
  if (isNamed) table.add(await listNamedHashCandidates(db, tenantId, datasetId, input));
  else await eachHashPage(db, tenantId, datasetId, (page) => table.add(page), work.signal);
  const bare = dataset.isPrivate || table.withoutHash === 0 ? 0 : await countBareItems(db, tenantId, datasetId);
  const excused = isNamed ? 0 : dataset.isPrivate ? table.withoutPixels : Math.min(bare, table.withoutHash);
  if (table.withoutHash > excused || (table.count === 0 && table.withoutHash > 0)) throw hashMissing(table.withoutHash);
  const task = table.task('unique', input.threshold);
  const { places, ids } = await compareAside(task, work);
  work.onProgress?.(1);
  return {
    places,
    names: {
      itemId: (place) => unpadded(ids, task.idBytes, place),
      referenceId: (place) => table.referenceIds.at(place),
    },
    stats: {
      threshold: input.threshold,
      original_count: table.count + excused,
      deduplicated_count: places.length,
      skipped_without_hash: excused,
    },
  };
}

import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { findItemByRefKey } from './queries.ts';
import { type PlacedItem, refKey } from './rules.ts';

/** Parts of a path that are tried; a longer one is no reference id. */
const mostParts = 64;

/**
 * The item whose reference id the first parts of a path spell, and what the other parts spell. Clients put ids into paths as they are, so
 * that a slash in one looks like the end of it: the longest reference id that there is wins.
 * @param least how many parts are left over at least, 1 or 0
 * @throws AppError `dataset-not-found`, `item-not-found`
 */
export async function findNamedItem(
  db: Database,
  tenantId: string,
  datasetId: string,
  parts: readonly string[],
  least: 0 | 1 = 1,
): Promise<{ item: PlacedItem; rest: string }> {
  await getDataset(db, tenantId, datasetId);
  for (let end = Math.min(parts.length - least, mostParts); end > 0; end--) {
    const item = await findItemByRefKey(db, tenantId, datasetId, refKey(parts.slice(0, end).join('/')));
    if (item !== undefined) return { item, rest: parts.slice(end).join('/') };
  }
  throw new AppError('item-not-found', 'There is no such item in this dataset.');
}

import type { Database } from '../database/open-database.ts';
import { purgeLists, withdrawLists } from './list-queries.ts';

/**
 * Takes back what jobs of a dataset have made, because it names items by ids that must not stay: lists go at once, links to files open
 * nothing any more, and the jobs say that their results have expired.
 * @param which `ended` in the transaction that renames the items: a running job is a lock that waits for the dataset. `all` behind it, for
 * those that had read the old names
 */
export function withdrawResults(
  db: Database,
  { tenantId, datasetId }: { tenantId: string; datasetId: string },
  which: 'ended' | 'all',
): Promise<void> {
  return withdrawLists(db, tenantId, datasetId, which);
}

const partsAtOnce = 20; // some 100 kB each

/** Removes some of what jobs have answered about deleted datasets; answers of how much. */
export function purgeResults(db: Database, most: number): Promise<number> {
  return purgeLists(db, Math.min(most, partsAtOnce));
}

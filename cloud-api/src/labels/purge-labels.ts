import type { Database } from '../database/open-database.ts';
import { purgeOrphanRows } from './purge-queries.ts';

/** Removes up to `most` rows of labels of deleted datasets; answers how many. */
export function purgeLabels(db: Database, most: number): Promise<number> {
  return purgeOrphanRows(db, most);
}

import type { Database } from '../database/open-database.ts';
import { purgeOrphanRows } from './purge-queries.ts';

/** Removes labels of up to `most` items of deleted datasets and model runs; answers of how many. */
export function purgeLabels(db: Database, most: number): Promise<number> {
  return purgeOrphanRows(db, most);
}

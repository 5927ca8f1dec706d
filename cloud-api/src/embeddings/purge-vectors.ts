import type { Database } from '../database/open-database.ts';
import { purgeVectorRows } from './queries.ts';

/** Removes up to `most` vectors of deleted datasets; answers how many. */
export function purgeVectors(db: Database, most: number): Promise<number> {
  return purgeVectorRows(db, most);
}

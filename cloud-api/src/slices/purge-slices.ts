import type { Database } from '../database/open-database.ts';
import { findOrphan, purgeSlice } from './queries.ts';

/** Removes up to `most` rows of slices of deleted datasets; answers how many. */
export async function purgeSlices(db: Database, most: number): Promise<number> {
  const orphan = await findOrphan(db);
  return orphan === undefined ? 0 : purgeSlice(db, orphan, most);
}

import type { Database } from '../database/open-database.ts';
import { removeObjects } from './object-queries.ts';
import { findOrphan, purgeSlice } from './queries.ts';

/** Removes up to `most` rows of slices of deleted datasets; answers how many. */
export async function purgeSlices(db: Database, most: number): Promise<number> {
  const orphan = await findOrphan(db);
  if (orphan === undefined) return 0;
  await removeObjects(db, orphan);
  return purgeSlice(db, orphan, most);
}

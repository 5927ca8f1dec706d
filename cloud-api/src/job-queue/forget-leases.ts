import type { Database } from '../database/open-database.ts';
import { freeAllLeases } from './queries.ts';

/** Frees the jobs of workers that are known to be dead, instead of waiting for their leases to run out. */
export async function forgetLeases(db: Database): Promise<void> {
  await freeAllLeases(db);
}

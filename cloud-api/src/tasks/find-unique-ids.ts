import type { Database } from '../database/open-database.ts';
import { listUniqueIds } from './queries.ts';

/** Those of `uniqueIds` that a task has. */
export async function findUniqueIds(
  db: Database,
  tenantId: string,
  uniqueIds: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set(await listUniqueIds(db, tenantId, uniqueIds));
}

import type { Database } from '../database/open-database.ts';
import { listKeyRows } from './queries.ts';
import type { StoredKey } from './stored-key.ts';

/** The tenant's keys, oldest first, ended ones included. */
export function listKeys(db: Database, tenantId: string): Promise<StoredKey[]> {
  return listKeyRows(db, tenantId);
}

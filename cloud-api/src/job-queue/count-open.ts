import type { Database } from '../database/open-database.ts';
import { countOpenByKind } from './queries.ts';

/** Jobs of all tenants that have not ended, by kind: how far the work is behind. */
export function countOpenJobs(db: Database): Promise<{ kind: string; jobs: number }[]> {
  return countOpenByKind(db);
}

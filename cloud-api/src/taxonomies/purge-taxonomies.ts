import type { Database } from '../database/open-database.ts';
import { purgeOrphans } from './queries.ts';

/** Removes taxonomies of a deleted dataset; answers how many, 0 when none is left. */
export function purgeTaxonomies(db: Database): Promise<number> {
  return purgeOrphans(db);
}

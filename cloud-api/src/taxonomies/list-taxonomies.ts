import type { Database } from '../database/open-database.ts';
import { listTaxonomyRows } from './queries.ts';

/** Types of a dataset's taxonomies, `category` or `multicategory`, by name. */
export async function listTaxonomies(
  db: Database,
  tenantId: string,
  datasetId: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await listTaxonomyRows(db, tenantId, datasetId);
  return new Map(rows.map(({ name, type }) => [name, type]));
}

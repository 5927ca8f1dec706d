import type { Database } from '../database/open-database.ts';
import type { TaxonomiesTable } from '../database/tables.ts';

export async function findTaxonomy(
  db: Database,
  tenantId: string,
  datasetId: string,
  name: string,
): Promise<{ type: string; labels: string } | undefined> {
  return db
    .selectFrom('taxonomies')
    .select(['type', 'labels'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('name', '=', name)
    .executeTakeFirst();
}

export function listTaxonomyRows(
  db: Database,
  tenantId: string,
  datasetId: string,
): Promise<{ name: string; type: string }[]> {
  return db
    .selectFrom('taxonomies')
    .select(['name', 'type'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .execute();
}

/** Writes a taxonomy; one of that name gets its labels. */
export async function putTaxonomy(db: Database, row: TaxonomiesTable): Promise<void> {
  await db
    .insertInto('taxonomies')
    .values(row)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'dataset_id', 'name']).doUpdateSet({ labels: row.labels }))
    .execute();
}

export async function removeTaxonomy(db: Database, tenantId: string, datasetId: string, name: string): Promise<void> {
  await db
    .deleteFrom('taxonomies')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('name', '=', name)
    .execute();
}

/** Removes the taxonomies of one dataset that is deleted, whoever's it is; answers how many. */
export async function purgeOrphans(db: Database): Promise<number> {
  const orphan = await db
    .selectFrom('taxonomies')
    .innerJoin('datasets', (join) =>
      join.onRef('datasets.tenant_id', '=', 'taxonomies.tenant_id').onRef('datasets.id', '=', 'taxonomies.dataset_id'),
    )
    .select(['taxonomies.tenant_id', 'taxonomies.dataset_id'])
    .where('datasets.deleted_at', 'is not', null)
    .executeTakeFirst();
  if (orphan === undefined) return 0;
  const done = await db
    .deleteFrom('taxonomies')
    .where('tenant_id', '=', orphan.tenant_id)
    .where('dataset_id', '=', orphan.dataset_id)
    .executeTakeFirst();
  return Number(done.numDeletedRows);
}

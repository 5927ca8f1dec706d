import type { Database } from '../database/open-database.ts';

export async function findDatasetOfSlice(db: Database, tenantId: string, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('slices')
    .select('dataset_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.dataset_id;
}

export async function findDatasetOfJob(db: Database, tenantId: string, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('jobs')
    .select('dataset_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.dataset_id ?? undefined;
}

export async function findDatasetOfAsset(db: Database, tenantId: string, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('item_assets')
    .select('dataset_id')
    .where('tenant_id', '=', tenantId)
    .where('item_id', '=', id)
    .executeTakeFirst();
  return row?.dataset_id;
}

export async function findDatasetOfAutotag(db: Database, tenantId: string, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('autotags')
    .select('dataset_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.dataset_id;
}

export async function findDatasetOfRun(db: Database, tenantId: string, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('model_runs')
    .select('dataset_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.dataset_id;
}

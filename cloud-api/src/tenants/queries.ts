import type { Database } from '../database/open-database.ts';
import type { Tenant } from './tenant.ts';

const selectTenants = (db: Database) =>
  db.selectFrom('tenants').select(['id as tenantId', 'name', 'created_at as createdAt']);

export async function findTenantByName(db: Database, name: string): Promise<Tenant | undefined> {
  return selectTenants(db).where('name', '=', name).executeTakeFirst();
}

export async function findTenantById(db: Database, tenantId: string): Promise<Tenant | undefined> {
  return selectTenants(db).where('id', '=', tenantId).executeTakeFirst();
}

export async function listTenantRows(db: Database): Promise<Tenant[]> {
  return selectTenants(db).orderBy('created_at').orderBy('id').execute();
}

/** Answers whether it was added: false when the name is taken, also by another process at this moment. */
export async function insertTenant(db: Database, tenant: Tenant): Promise<boolean> {
  const done = await db
    .insertInto('tenants')
    .values({ id: tenant.tenantId, name: tenant.name, created_at: tenant.createdAt })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

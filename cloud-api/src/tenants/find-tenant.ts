import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { findTenantById, findTenantByName, listTenantRows } from './queries.ts';
import type { Tenant } from './tenant.ts';

/** @throws AppError `not-found` */
export async function getTenantByName(db: Database, name: string): Promise<Tenant> {
  const tenant = await findTenantByName(db, name);
  if (tenant === undefined) throw new AppError('not-found', `There is no tenant ${name}.`);
  return tenant;
}

/** @throws AppError `not-found` */
export async function getTenant(db: Database, tenantId: string): Promise<Tenant> {
  const tenant = await findTenantById(db, tenantId);
  if (tenant === undefined) throw new AppError('not-found', `There is no tenant ${tenantId}.`);
  return tenant;
}

/** Every tenant, oldest first. For the command line only: no route sees more than its own tenant. */
export function listTenants(db: Database): Promise<Tenant[]> {
  return listTenantRows(db);
}

import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { newId } from '../ids/new-id.ts';
import { findTenantById, findTenantByName, insertTenant } from './queries.ts';
import type { Tenant } from './tenant.ts';

/** No tenant can be given this ending: names hold no dot. */
const ending = '.test';

/** Whether a tenant is the test world of another one. */
function isTestWorld({ name }: Pick<Tenant, 'name'>): boolean {
  return name.endsWith(ending);
}

/**
 * The test world of a tenant, made when it is missing: a tenant of its own, so that what `test_` keys write and what `live_` keys
 * read are as far apart as two customers. The test world of a test world is itself.
 * @throws AppError `not-found` for an unknown tenant
 */
export async function ensureTestWorld(db: Database, tenantId: string, nowMs: number): Promise<Tenant> {
  const tenant = await findTenantById(db, tenantId);
  if (tenant === undefined) throw new AppError('not-found', 'There is no such tenant.');
  if (isTestWorld(tenant)) return tenant;
  const name = `${tenant.name}${ending}`;
  await insertTenant(db, { tenantId: newId('tenant'), name, createdAt: nowMs });
  const world = await findTenantByName(db, name);
  if (world === undefined) throw new AppError('not-found', `There is no tenant ${name}.`);
  return world;
}

/** The test world of a tenant, if anything ever needed one. */
export function findTestWorld(db: Database, { name }: Pick<Tenant, 'name'>): Promise<Tenant | undefined> {
  return findTenantByName(db, `${name}${ending}`);
}

/** Whether what this tenant does is a test, and is never billed. */
export async function isTest(db: Database, tenantId: string): Promise<boolean> {
  const tenant = await findTenantById(db, tenantId);
  return tenant !== undefined && isTestWorld(tenant);
}

import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { newId } from '../ids/new-id.ts';
import { findTenantByName, insertTenant } from './queries.ts';
import type { Tenant } from './tenant.ts';

const tenantName = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Adds a tenant.
 * @throws AppError `usage` for a name that is no lower-case label, `conflict` when it is taken.
 */
export async function createTenant(db: Kysely<Tables>, actor: string, name: string, nowMs: number): Promise<Tenant> {
  if (!tenantName.test(name)) {
    throw new AppError('usage', 'A tenant’s name is 1 to 63 lower-case letters, digits and hyphens.');
  }
  const tenant = { tenantId: newId('tenant'), name, createdAt: nowMs };
  await db.transaction().execute(async (tx) => {
    if (!(await insertTenant(tx, tenant))) throw new AppError('conflict', `There is a tenant ${name} already.`);
    await writeAudit(
      tx,
      { tenantId: tenant.tenantId, actor, nowMs },
      { action: 'tenant.create', targetId: tenant.tenantId },
    );
  });
  return tenant;
}

/** The tenant of that name, made when it is missing; two processes that start together get the same one. */
export async function ensureTenant(db: Kysely<Tables>, actor: string, name: string, nowMs: number): Promise<Tenant> {
  const known = await findTenantByName(db, name);
  if (known !== undefined) return known;
  try {
    return await createTenant(db, actor, name, nowMs);
  } catch (error) {
    const made = await findTenantByName(db, name);
    if (made === undefined) throw error;
    return made;
  }
}

import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { adoptGivenKey, createKey } from '../keys/create-key.ts';
import { listKeys } from '../keys/list-keys.ts';
import { ensureTenant } from '../tenants/create-tenant.ts';
import type { Tenant } from '../tenants/tenant.ts';

export const firstTenant = 'default';

/**
 * Sees to it that there is a tenant and a way in. A key from the environment is taken as given; without one, and without any key
 * yet, a fresh admin key is made and answered, this once.
 */
export async function prepareFirstStart(
  db: Kysely<Tables>,
  givenKey: string | undefined,
  nowMs: number,
): Promise<{ tenant: Tenant; freshKey: string | undefined }> {
  const tenant = await ensureTenant(db, 'start', firstTenant, nowMs);
  const acting = { tenantId: tenant.tenantId, actor: 'start', nowMs };
  if (givenKey !== undefined) {
    await adoptGivenKey(db, acting, givenKey);
    return { tenant, freshKey: undefined };
  }
  if ((await listKeys(db, tenant.tenantId)).length > 0) return { tenant, freshKey: undefined };
  const { secret } = await createKey(db, acting, { label: 'first key', scopes: ['admin'] });
  return { tenant, freshKey: secret };
}

/** Whose keys an admin sees: those of the tenant, and those of its test world, which is a tenant of its own. */
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { getTenant } from '../tenants/find-tenant.ts';
import { findTestWorld, isTest } from '../tenants/test-world.ts';
import { listKeys } from './list-keys.ts';
import { revokeKey } from './revoke-key.ts';

export interface KeyWorld {
  tenantId: string;
  mode: 'live' | 'test';
}

/** The tenant's own world first. A test world sees itself alone. */
export async function listKeyWorlds(db: Database, tenantId: string): Promise<KeyWorld[]> {
  if (await isTest(db, tenantId)) return [{ tenantId, mode: 'test' }];
  const test = await findTestWorld(db, await getTenant(db, tenantId));
  return [
    { tenantId, mode: 'live' },
    ...(test === undefined ? [] : [{ tenantId: test.tenantId, mode: 'test' as const }]),
  ];
}

/**
 * Ends a key of the tenant or of its test world.
 * @throws AppError `not-found` when neither has such a living key
 */
export async function revokeKeyOfWorlds(db: Kysely<Tables>, acting: Acting, keyId: string): Promise<void> {
  for (const { tenantId, mode } of await listKeyWorlds(db, acting.tenantId)) {
    const isHere = mode === 'test' && (await listKeys(db, tenantId)).some((key) => key.keyId === keyId);
    if (isHere) return revokeKey(db, { ...acting, tenantId }, keyId);
  }
  return revokeKey(db, acting, keyId);
}

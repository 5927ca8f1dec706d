import { type KeyScope, keyScopes } from '@nucleus/shared/wire/endpoint';
import { z } from 'zod';
import type { Database } from '../database/open-database.ts';

const Scopes = z.array(z.enum(keyScopes));

export interface Session {
  tenantId: string;
  scopes: KeyScope[];
  expiresAt: number;
}

/** With the end of the key that opened it; null for a key without one, and where a code opened it. */
export interface LivingSession extends Session {
  keyExpiresAt: number | null;
}

export async function insertCode(
  db: Database,
  code: { tenantId: string; hash: string; createdAt: number; expiresAt: number },
): Promise<void> {
  await db
    .insertInto('sign_in_codes')
    .values({
      tenant_id: code.tenantId,
      hash: code.hash,
      created_at: code.createdAt,
      expires_at: code.expiresAt,
      used_at: null,
    })
    .execute();
}

/** Uses a code up; of two requests that bring it at once, one gets the tenant and the other nothing. */
export async function takeCode(db: Database, hash: string, nowMs: number): Promise<string | undefined> {
  const row = await db
    .updateTable('sign_in_codes')
    .set({ used_at: nowMs })
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', nowMs)
    .returning('tenant_id')
    .executeTakeFirst();
  return row?.tenant_id;
}

export async function insertSession(
  db: Database,
  session: Session & { hash: string; keyId: string | null; createdAt: number },
): Promise<void> {
  await db
    .insertInto('sessions')
    .values({
      tenant_id: session.tenantId,
      hash: session.hash,
      scopes: JSON.stringify(session.scopes),
      key_id: session.keyId,
      created_at: session.createdAt,
      expires_at: session.expiresAt,
    })
    .execute();
}

/** A session that has neither expired nor lost the key that opened it. */
export async function findSessionByHash(db: Database, hash: string, nowMs: number): Promise<LivingSession | undefined> {
  const row = await db
    .selectFrom('sessions')
    .leftJoin('api_keys', (join) =>
      join.onRef('api_keys.tenant_id', '=', 'sessions.tenant_id').onRef('api_keys.id', '=', 'sessions.key_id'),
    )
    .select([
      'sessions.tenant_id',
      'sessions.scopes',
      'sessions.expires_at',
      'api_keys.revoked_at',
      'api_keys.expires_at as key_expires_at',
    ])
    .where('sessions.hash', '=', hash)
    .where('sessions.expires_at', '>', nowMs)
    .executeTakeFirst();
  if (row === undefined || row.revoked_at !== null) return undefined;
  if (row.key_expires_at !== null && row.key_expires_at <= nowMs) return undefined;
  return {
    tenantId: row.tenant_id,
    scopes: Scopes.parse(JSON.parse(row.scopes)),
    expiresAt: row.expires_at,
    keyExpiresAt: row.key_expires_at,
  };
}

/** Answers the tenant of the session it ended. */
export async function deleteSession(db: Database, hash: string): Promise<string | undefined> {
  const row = await db.deleteFrom('sessions').where('hash', '=', hash).returning('tenant_id').executeTakeFirst();
  return row?.tenant_id;
}

/** Drops what can no longer be used; keeps the tables as small as what is alive. */
export async function deleteExpired(db: Database, nowMs: number): Promise<void> {
  await db.deleteFrom('sessions').where('expires_at', '<=', nowMs).execute();
  await db.deleteFrom('sign_in_codes').where('expires_at', '<=', nowMs).execute();
}
